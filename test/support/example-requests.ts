import type { call } from './http-event.ts';
import { ADJUSTMENT_STEPS } from './budget-changes.ts';
import { benchmarkBody } from './benchmark-body.ts';
import { JOB_STEPS } from './job-steps.ts';
import { ALLOCATION_STEPS, NAME_STEPS, SETTING_STEPS } from './setting-steps.ts';
import { METRICS_STEPS } from './metrics-body.ts';
import { PROMPT_STEPS } from './prompt-steps.ts';
import { toolCall } from './request-bodies.ts';

type Request = NonNullable<Parameters<typeof call>[2]>;
/** An operation's latest answer. */
export type AnswerTo = (operationId: string) => Record<string, unknown>;
export type ExampleStep = {
  operationId: string;
  request: (answerTo: AnswerTo) => Request;
  /** Only prepares a later step and is not its operation's example. */
  prepares?: true;
};

const MODEL = 'anthropic.claude-sonnet-4-6';
const user = { scope: 'user', scopeId: 'ada' };
const daily = { ...user, period: 'daily' };
const rule = { scope: 'department', scopeId: 'research', member: 'user' };
const aiRequest = {
  system: 'relaycore',
  userId: 'ada',
  departmentId: 'research',
  operation: 'chat',
  model: MODEL,
  inputTokens: 1_200,
  maxOutputTokens: 800,
};
const usage = { inputTokens: 1_200, outputTokens: 345 };
const reason = 'Checked against the invoice';
/** Far from its price, so the settlement is disputed. */
const overstated = { usage, actualCostUsd: '500' };

const idIn = (answer: Record<string, unknown>, name: string): Record<string, string> => ({
  [name === 'reservationId' || name === 'controlId' ? 'id' : name]: String(answer[name]),
});
const itemsOf = (answer: Record<string, unknown>): Record<string, unknown>[] =>
  answer['items'] as Record<string, unknown>[];
const idOfItem = (answer: Record<string, unknown>, name: string, position = 0) => ({
  id: String(itemsOf(answer)[position]?.[name]),
});

/** A dispute about part of a cost; other entries only deviate. */
const disputeIn = (answer: Record<string, unknown>, position: number) => {
  const disputed = itemsOf(answer).filter((item) => Number(item['disputedUsd']) > 0);
  return { id: String(disputed[position]?.['disputeId']) };
};

const step = (operationId: string, request: Request = {}): ExampleStep => ({
  operationId,
  request: () => request,
});
const after = (operationId: string, request: ExampleStep['request']): ExampleStep => ({
  operationId,
  request,
});
const preparation = (operationId: string, request: ExampleStep['request']): ExampleStep => ({
  operationId,
  request,
  prepares: true,
});
const reserve = (actor: string): ExampleStep =>
  preparation('createReservation', () => ({ body: { ...aiRequest, userId: 'grace' }, actor }));
const settleOverstated = (actor: string): ExampleStep =>
  preparation('settleReservation', (answerTo) => ({
    params: idIn(answerTo('createReservation'), 'reservationId'),
    body: overstated,
    actor,
    // An operator's statement would not be disputed.
    role: 'caller',
  }));

/** A workflow from its opening to its end. */
const WORKFLOW_STEPS: readonly ExampleStep[] = [
  step('openWorkflow', {
    body: { steps: [aiRequest, { ...aiRequest, operation: 'search', times: 3, retries: 1 }] },
  }),
  ...['getWorkflow', 'closeWorkflow'].map((id) =>
    after(id, (answerTo) => ({ params: { id: String(answerTo('openWorkflow')['workflowId']) } })),
  ),
];

/** One request per operation, ordered so that each finds what it needs. */
export const EXAMPLE_STEPS: readonly ExampleStep[] = [
  ...NAME_STEPS,
  step('getHealth'),
  step('getDeepHealth'),
  step('getOpenApi'),
  step('getDocs'),
  step('listModels', { query: { limit: '1' } }),
  step('putRateCard', {
    params: { model: 'negotiated-model' },
    body: {
      inputUsdPerMillion: '2.50',
      outputUsdPerMillion: '12.00',
      effectiveFrom: '2026-01-01T00:00:00Z',
      source: 'Contract of 2026',
    },
  }),
  step('getRateCard', { params: { model: 'negotiated-model' } }),
  step('createPrediction', { body: aiRequest }),
  step('listPredictors'),
  step('promotePredictor', { body: { version: 'online-2' } }),
  step('putBudget', { params: daily, body: { limitUsd: '25.00', timeZone: 'Europe/Berlin' } }),
  step('getBudget', { params: daily }),
  step('listBudgets', { query: user }),
  step('checkBudget', { body: { userId: 'ada', estimatedCostUsd: '0.25' } }),
  step('createReservation', { body: aiRequest, headers: { 'idempotency-key': 'chat-4711' } }),
  after('getReservation', (answerTo) => ({
    params: idIn(answerTo('createReservation'), 'reservationId'),
  })),
  after('extendReservation', (answerTo) => ({
    params: idIn(answerTo('createReservation'), 'reservationId'),
    body: { holdSeconds: 7_200 },
  })),
  after('settleReservation', (answerTo) => ({
    params: idIn(answerTo('createReservation'), 'reservationId'),
    body: { usage },
  })),
  after('correctReservation', (answerTo) => ({
    params: idIn(answerTo('createReservation'), 'reservationId'),
    body: { correctionId: 'credit-2026-11', actualCostUsd: '0.005', reason: 'Provider credit' },
  })),
  reserve('key-2'),
  after('voidReservation', (answerTo) => ({
    params: idIn(answerTo('createReservation'), 'reservationId'),
  })),
  step('ingestUsage', {
    body: {
      events: [
        {
          eventId: 'event-4711',
          at: '2026-11-21T12:00:00Z',
          system: 'relaycore',
          userId: 'ada',
          model: MODEL,
          usage,
        },
      ],
    },
  }),
  step('correctUsage', {
    params: { eventId: 'event-4711' },
    body: { correctionId: 'credit-2026-12', actualCostUsd: '0.004', reason: 'Provider credit' },
  }),
  step('listUsage', { query: { userId: 'ada', limit: '1' } }),
  reserve('key-3'),
  settleOverstated('key-3'),
  reserve('key-4'),
  settleOverstated('key-4'),
  step('listDisputes'),
  after('confirmDispute', (answerTo) => ({
    params: disputeIn(answerTo('listDisputes'), 0),
    body: { reason },
  })),
  after('rejectDispute', (answerTo) => ({
    params: disputeIn(answerTo('listDisputes'), 1),
    body: { reason },
  })),
  step('getConduct', { params: { keyId: 'key-1' } }),
  step('clearConduct', { params: { keyId: 'key-1' }, body: { reason } }),
  step('putReportTags', { body: { tags: ['team'] } }),
  step('getReportTags'),
  step('costReport', { query: { from: '2026-11-20', to: '2026-11-21', groupBy: 'department' } }),
  step('currentCosts'),
  ...ALLOCATION_STEPS,
  step('createReportExport', {
    body: {
      from: '2026-11-01',
      to: '2026-11-21',
      groupBy: 'user',
      granularity: 'daily',
      format: 'csv',
    },
  }),
  step('listReportExports'),
  after('getReportExport', (answerTo) => ({
    params: idIn(answerTo('createReportExport'), 'exportId'),
  })),
  after('deleteReportExport', (answerTo) => ({
    params: idIn(answerTo('createReportExport'), 'exportId'),
  })),
  step('putReportSubscription', {
    params: { name: 'weekly' },
    body: { frequency: 'weekly', timeZone: 'Europe/Berlin', to: ['ada@example.com'] },
  }),
  step('listReportSubscriptions'),
  step('deleteReportSubscription', { params: { name: 'weekly' } }),
  step('getPattern', { query: user }),
  step('getForecast', { query: { ...user, days: '1' } }),
  step('listAnomalies', { query: user }),
  step('getCacheStats'),
  step('invalidateCache', { body: { system: 'relaycore', operation: 'summarize' } }),
  step('listRecommendations', { query: { limit: '2' } }),
  after('acceptRecommendation', (answerTo) => ({
    params: idOfItem(answerTo('listRecommendations'), 'id'),
  })),
  after('recommendationOutcome', (answerTo) => ({
    params: { id: String(answerTo('acceptRecommendation')['id']) },
  })),
  after('dismissRecommendation', (answerTo) => ({
    params: idOfItem(answerTo('listRecommendations'), 'id', 1),
  })),
  ...METRICS_STEPS,
  step('putBenchmark', { params: { industry: 'hospitality' }, body: benchmarkBody }),
  step('compareBenchmarks', { query: { industry: 'hospitality' } }),
  step('putThresholds', {
    params: user,
    body: {
      levels: [
        { name: 'warning', amountUsd: '5', period: 'daily', action: 'alert' },
        { name: 'critical', amountUsd: '20', period: 'daily', action: 'throttle', tier: 1 },
      ],
    },
  }),
  step('getThresholds', { params: user }),
  step('deleteThresholds', { params: user }),
  step('putDefaults', {
    params: rule,
    body: {
      budgets: { monthly: { limitUsd: '50' } },
      levels: [{ name: 'warning', percent: 80, period: 'monthly', action: 'alert' }],
      holdSeconds: 600,
    },
  }),
  step('getDefaults', { params: rule }),
  step('listDefaults'),
  step('getEffectiveDefaults', { query: { ...user, departmentId: 'research' } }),
  step('deleteDefaults', { params: rule }),
  step('listBreaches'),
  step('applyControl', {
    body: { ...user, action: 'throttle', tier: 2, reason: 'Looks like a loop' },
  }),
  step('listControls'),
  after('reverseControl', (answerTo) => ({
    params: idIn(answerTo('applyControl'), 'controlId'),
    body: { reason: 'Known campaign' },
  })),
  step('listControlActions', { query: { limit: '1' } }),
  step('putAlertPreferences', {
    params: user,
    body: {
      minimumLevel: 'warning',
      channels: [{ channel: 'email', to: ['ada@example.com'] }],
      quietHours: { from: '22:00', to: '07:00', timeZone: 'Europe/Berlin' },
    },
  }),
  step('getAlertPreferences', { params: user }),
  step('sendTestAlert', { body: { ...user, channel: 'email' } }),
  step('createKey', {
    body: { name: 'relaycore in production', role: 'caller', systems: ['relaycore'] },
  }),
  step('listKeys', { query: { limit: '1' } }),
  after('rotateKey', (answerTo) => ({
    params: idIn(answerTo('createKey'), 'keyId'),
    body: { overlapHours: 24 },
  })),
  after('revokeKey', (answerTo) => ({ params: idIn(answerTo('createKey'), 'keyId') })),
  ...SETTING_STEPS,
  step('putProvider', {
    params: { name: 'neuro' },
    body: {
      baseUrl: 'https://inference.example.com/v1',
      models: [{ model: 'neuro-coder', upstreamModel: 'coder-7b', apis: ['chat'] }],
    },
  }),
  step('getProvider', { params: { name: 'neuro' } }),
  step('listProviders'),
  step('listEndpoints'),
  step('deleteProvider', { params: { name: 'neuro' } }),
  step('putRoutingSettings', { body: { strategy: 'nearest', regions: ['eu-central-1'] } }),
  step('getRoutingSettings'),
  step('putUser', { params: { id: 'ada' }, body: { departments: ['research', 'sales'] } }),
  step('getUser', { params: { id: 'ada' } }),
  step('listUsers'),
  step('putDirectory', { body: { unknownUsers: 'allow' } }),
  step('getDirectory'),
  step('deleteUser', { params: { id: 'ada' } }),
  step('deleteDisplayName', { params: user }),
  step('listFlags'),
  step('putFlag', {
    params: { name: 'model-switching' },
    body: {
      enabled: true,
      rolloutPercent: 50,
      overrides: [{ ...user, enabled: false }],
    },
  }),
  step('getFlag', { params: { name: 'model-switching' } }),
  ...ADJUSTMENT_STEPS,
  step('deleteBudget', { params: daily }),
  step('listAudit', { query: { limit: '1' } }),
  ...WORKFLOW_STEPS,
  ...JOB_STEPS,
  step('callMcp', { body: toolCall('remaining_budget', { userId: 'ada' }) }),
  step('selectModel', { body: { request: aiRequest, budget: '0.50' } }),
  ...PROMPT_STEPS,
  step('putModel', {
    params: { model: 'neuroweaver.invoice-extractor' },
    body: {
      provider: 'NeuroWeaver',
      family: 'extractor',
      contextTokens: 32_000,
      maxOutputTokens: 4_000,
      specialization: 'invoice-extraction',
      performanceScore: 0.93,
      apis: ['chat'],
    },
  }),
];
