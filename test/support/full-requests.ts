import type { AnswerTo, ExampleStep } from './example-requests.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import type { TakenAction } from '../../tables/control-actions.ts';
import type { RaisedBreach } from '../../tables/threshold-breaches.ts';
import { BILLED_UNIT_NAMES } from '../../domain/token-usage.ts';
import { controlBodies } from './control-bodies.ts';
import type { Json } from './json-places.ts';
import { keyExamples } from './key-examples.ts';
import { defaultsExample, thresholdsBody } from './level-bodies.ts';
import { NOON, postingWith } from './postings.ts';
import { modelBodies } from './model-bodies.ts';
import { rateCardBodies } from './rate-card-bodies.ts';
import { requestBodies, SONNET } from './request-bodies.ts';
import { promptBodies } from './prompt-bodies.ts';
import { routingBodies } from './routing-bodies.ts';

const grace = { scope: 'user', scopeId: 'grace' };
const weekly = { ...grace, period: 'weekly' };
const MONTHLY = { ...grace, period: 'monthly' };
const MODEL = 'own-full-model';
const NAMED = [
  { scope: 'user', scopeId: 'ivan' },
  { scope: 'model', scopeId: MODEL },
];
const bodies = requestBodies();
const reason = 'Checked';
const calls = { system: 'relaycore', userId: 'grace', sessionId: 'run-1', model: MODEL };
const asked = { ...calls, inputTokens: 1_000, maxOutputTokens: 100 };
/** Every unit that a model may bill. */
const units = Object.fromEntries(BILLED_UNIT_NAMES.map((name, place) => [name, place + 1]));
const usage = {
  inputTokens: 1_000,
  outputTokens: 90,
  cacheReadTokens: 10,
  cacheWriteTokens: 5,
  cacheWriteOneHourTokens: 2,
  ...units,
};
const told = { ...usage, reasoningOutputTokens: 40 };
const event = { ...calls, at: '2026-11-21T12:00:00Z', usage: told };
const [textCard, unitCard, sameCard] = rateCardBodies.putRateCard.map(({ body }) => body);
const { levels } = thresholdsBody as { levels: Json };
const { images: _images, queries: _queries, ...otherUnits } = units;
const card = {
  ...(unitCard as object),
  units: Object.fromEntries(Object.keys(otherUnits).map((name) => [name, '0.03'])),
};

type Request = ReturnType<ExampleStep['request']>;
const step = (operationId: string, request: Request): ExampleStep => ({
  operationId,
  request: () => request,
});
const withId = (
  operationId: string,
  [from, name, as = 'id']: readonly [from: string, name: string, as?: string],
  request: Request = {},
): ExampleStep => ({
  operationId,
  request: (answerTo: AnswerTo) => ({ ...request, params: { [as]: String(answerTo(from)[name]) } }),
});
/** A usage record with every member. */
export const fullPosting = (): Posting =>
  postingWith({
    postingId: 'full.2',
    entryId: 'full',
    userId: 'ivan',
    sessionId: 'run-2',
    given: { userId: 'Ivan', model: 'OWN-FULL-MODEL' },
    model: MODEL,
    region: 'eu-west-1',
    tags: { team: 'search' },
    disputedNanoUsd: 1_000n,
    pricedNanoUsd: 2_000n,
    reportedNanoUsd: 3_000n,
    priceBasis: 'dearest-known',
    unreadMembers: ['odd_tokens'],
    deviations: ['above-price'],
    usage,
    quality: 0.9,
    terms: { tier: 'flex' },
    traits: {
      urgency: 'deferred',
      attempt: 2,
      promptHash: '3q2-7wAAAAAbN1xL',
      prefix: { hash: 'kX9AAAAAbN1xLq20', tokens: 600 },
    },
    answer: {
      status: 'incomplete',
      finishReason: 'length',
      isCacheHit: true,
      reasoningOutputTokens: 40,
    },
  });
/** A breach of a limit, in each unit. */
export const FULL_BREACHES: readonly RaisedBreach[] = [
  { unit: undefined, spent: 9_000_000_000n, limit: 8_500_000_000n },
  { unit: 'requests' as const, spent: 90n, limit: 80n },
].map((facts, place) => ({
  organizationId: 'acme',
  scope: 'user' as const,
  scopeId: 'ivan',
  period: 'daily' as const,
  periodKey: `2026-11-2${place}`,
  ...facts,
  level: {
    name: 'critical' as const,
    percentHundredths: 10_000,
    period: 'daily' as const,
    action: 'throttle' as const,
    tier: 1 as const,
    spares: 'high' as const,
  },
  raisedAtMs: NOON - 60_000,
  executedAction: 'throttle' as const,
  notification: 'sent' as const,
  notifiedAtMs: NOON - 30_000,
}));

export const fullActionOf = (breach: RaisedBreach): TakenAction => ({
  organizationId: breach.organizationId,
  scope: breach.scope,
  scopeId: breach.scopeId,
  actionId: `full-${breach.periodKey}`,
  action: 'throttle',
  configuredAction: breach.level.action,
  actor: 'automatic',
  reason,
  evidence: { spent: breach.spent.toString() },
  atMs: breach.raisedAtMs,
});

const reservation = ['createReservation', 'reservationId'] as const;
const key = ['createKey', 'keyId', 'keyId'] as const;

/**
 * Requests that give every field, after those of the examples. Their answers show the members that
 * are absent from an ordinary answer.
 */
export const FULL_STEPS: readonly ExampleStep[] = [
  step('putRateCard', { params: { model: MODEL }, body: card }),
  step('putRateCard', { params: { model: 'own-text-model' }, body: textCard }),
  step('putRateCard', { params: { model: 'own-same-model' }, body: sameCard }),
  step('listModels', { query: { limit: '12' } }),
  step('listRecommendations', { query: { kind: 'model-switch' } }),
  step('createPrediction', { body: bodies['createPrediction']?.[1]?.body }),
  step('createKey', { body: keyExamples['createKey']?.[0]?.body }),
  withId('rotateKey', key, { body: { overlapHours: 24 } }),
  step('listKeys', { query: { limit: '5' } }),
  withId('revokeKey', key),
  step('putBudget', {
    params: weekly,
    body: { limit: { usd: '25', requests: 200, tokens: 2_000_000 }, weekStartsOn: 'sunday' },
  }),
  step('patchBudget', { params: weekly, body: { weekStartsOn: 'monday' } }),
  step('resetBudget', { params: weekly, body: { reason } }),
  step('getBudget', { params: weekly }),
  step('putBudget', {
    params: MONTHLY,
    body: { limitUsd: '25', billingDay: 15, rollover: { capUsd: '5' } },
  }),
  step('patchBudget', { params: MONTHLY, body: { billingDay: 16 } }),
  step('putBudget', {
    params: { scope: 'session', scopeId: 'run-1', period: 'total' },
    body: { limitUsd: '5000', idleSeconds: 600 },
  }),
  step('listBudgets', { query: { limit: '1' } }),
  step('putUser', { params: { id: 'grace' }, body: { departments: ['research'] } }),
  step('putUser', { params: { id: 'heidi' }, body: { departments: ['research'] } }),
  step('listUsers', { query: { limit: '1' } }),
  ...NAMED.map((params) => step('putDisplayName', { params, body: { displayName: 'A name' } })),
  step('listBreaches', { query: { limit: '1' } }),
  step('listBreaches', {}),
  step('currentCosts', {}),
  step('checkBudget', { body: { userId: 'grace', sessionId: 'run-1', estimatedCostUsd: '30' } }),
  step('putThresholds', { params: grace, body: thresholdsBody }),
  step('deleteThresholds', { params: grace }),
  step('putDefaults', {
    params: { scope: 'organization', scopeId: 'acme', member: 'session' },
    body: { ...(defaultsExample.body as object), levels: undefined },
  }),
  step('putDefaults', {
    params: { scope: 'organization', scopeId: 'acme', member: 'user' },
    body: {
      budgets: {
        daily: { limitUsd: '500', limit: { requests: 5_000 } },
        weekly: { limitUsd: '900' },
        monthly: { limit: { usd: '2000', requests: 90_000, tokens: 90_000_000 } },
      },
      levels,
    },
  }),
  step('listDefaults', {}),
  step('getEffectiveDefaults', { query: { scope: 'session', scopeId: 'run-9' } }),
  step('getEffectiveDefaults', { query: { scope: 'user', scopeId: 'heidi' } }),
  step('applyControl', { body: controlBodies.applyControl[0]?.body }),
  step('createReservation', {
    body: { ...asked, userId: 'ada', sessionId: undefined, model: SONNET, severity: 'low' },
  }),
  withId('getReservation', reservation),
  step('createJob', {
    body: {
      request: { ...calls, departmentId: 'research', model: SONNET, prompt: 'Hello' },
      severity: 'low',
      deadline: '2026-12-04T06:30:00Z',
      retryLost: true,
    },
  }),
  withId('getJob', ['createJob', 'jobId']),
  withId('changeJob', ['createJob', 'jobId'], { body: { severity: 'high' } }),
  withId('deleteJob', ['createJob', 'jobId']),
  step('openWorkflow', { body: bodies['openWorkflow']?.[0]?.body }),
  withId('getWorkflow', ['openWorkflow', 'workflowId'], {}),
  step('applyControl', { body: { ...grace, action: 'disable', reason } }),
  step('listControls', { query: { limit: '1' } }),
  withId('reverseControl', ['applyControl', 'controlId'], { body: { reason } }),
  step('createReservation', { body: { ...asked, severity: 'high', region: 'sa-east-1' } }),
  withId('getReservation', reservation),
  withId('settleReservation', reservation, {
    body: { usage: told, quality: 0.9, latencyMs: 12, actualCostUsd: '900', delivery: 'failed' },
    role: 'caller',
    actor: 'key-9',
  }),
  withId('correctReservation', reservation, {
    body: { correctionId: 'full-1', actualCostUsd: '0.5', reason },
  }),
  withId('getReservation', reservation),
  step('ingestUsage', {
    body: {
      events: [
        { ...event, eventId: 'full-1', region: 'eu-west-1' },
        { ...event, eventId: 'full-2', model: 'nobody-knows' },
        { ...event, eventId: 'full-1', region: 'eu-west-2' },
      ],
    },
  }),
  step('listUsage', { query: { userId: 'ivan', limit: '5' } }),
  step('putAlertPreferences', { params: grace, body: controlBodies.putAlertPreferences[0]?.body }),
  step('getAlertPreferences', { params: grace }),
  step('putCostAllocation', {
    body: {
      rule: 'fixed',
      sharedDepartments: ['platform'],
      shares: [{ departmentId: 'research', percent: 100 }],
      validFrom: '2026-11-01',
    },
  }),
  step('getCostAllocation', {}),
  step('currentCosts', {}),
  step('getConduct', { params: { keyId: 'key-9' } }),
  step('putProvider', { params: { name: 'full' }, body: routingBodies.putProvider[0]?.body }),
  step('putRoutingSettings', { body: routingBodies.putRoutingSettings[0]?.body }),
  // A control of this user spares it.
  step('selectModel', {
    body: { request: { system: 'relaycore', userId: 'ada', inputTokens: 100, severity: 'high' } },
  }),
  step('putPromptTemplate', {
    params: { name: 'rooms' },
    body: promptBodies.putPromptTemplate[1]?.body,
  }),
  step('putPromptTemplate', {
    params: { name: 'full' },
    body: promptBodies.putPromptTemplate[0]?.body,
  }),
  step('renderPromptTemplate', {
    params: { name: 'rooms' },
    body: { variables: { guest: 'Ada', language: 'Italian', rooms: 9, share: 0.5, pool: true } },
  }),
  step('renderPromptTemplate', {
    params: { name: 'full' },
    body: promptBodies.renderPromptTemplate[0]?.body,
  }),
  step('putPromptTemplate', { params: { name: 'full' }, body: { prompt: 'Greet the guest.' } }),
  step('deletePromptTemplateVersion', { params: { name: 'full', version: '2' } }),
  step('listPromptTemplates', { query: { limit: '1' } }),
  ...promptBodies.optimizePrompt.map(({ body }) => step('optimizePrompt', { body })),
  step('putModel', { params: { model: MODEL }, body: modelBodies.putModel[0]?.body }),
];
