import { stores } from '../../composition/stores.ts';
import type { Recommendation } from '../../domain/advice/recommendation.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { benchmarkBody } from './benchmark-body.ts';
import type { Answer } from './http-event.ts';
import { MODEL } from './reserving.ts';

type Request = { params?: Record<string, string>; query?: Record<string, string>; body?: unknown };
type Send = (route: string, request?: Request) => Promise<Answer>;

/** One kind of change, made many times concurrently. */
export type AuditedChange = {
  /** The operation ID. */
  operation: string;
  /** The n-th request. Its entry and the state in force reveal n. */
  request: (n: number, prepared: string) => Request;
  action: string;
  /** The target that the entry names; a pattern for its prefix if the change generates the ID. */
  target: (prepared: string) => string | RegExp;
  /** Prepares the initial state and returns a value for `request`. */
  prepare?: (send: Send, db: DynamoDb, organizationId: string) => Promise<string>;
  /**
   * What is in force afterward: the `last` entry's value, `all` entries' values, or nothing
   * (`gone`) once there is an entry. Not checked if absent.
   */
  inForce?: 'last' | 'all' | 'gone';
  show?: (send: Send, prepared: string) => Promise<string>;
  /** Entries per answer; `once` if only the first of equal requests changes anything. */
  entries?: number | 'once';
  numbers?: readonly number[];
  /**
   * More steps follow the change. If the store has no time for them, the answer is 503, and
   * repeating the request completes them.
   */
  goesOn?: true;
  /** How an entry shows n. Default: plainly. */
  toldAs?: (n: number) => string;
};

const from = (first: number): number[] => Array.from({ length: 8 }, (_, index) => first + index);
const HIGH = from(7_011);
const LOW = from(31);
const ada = { scope: 'user', scopeId: 'ada' };
const levels = (n: number) => [
  { name: 'critical', amountUsd: String(n), period: 'daily', action: 'alert' },
];
const subscription = { frequency: 'daily', to: ['ada@example.com'], groupBy: 'department' };
const usage = { inputTokens: 1_000, outputTokens: 50 };
const asked = { system: 'relaycore', userId: 'ada', model: MODEL };
const correction = (n: number) => ({
  correctionId: `c${n}`,
  actualCostUsd: `0.00${n}`,
  reason: 'refunded',
});
const reading =
  (route: string, request: Request = {}) =>
  async (send: Send): Promise<string> =>
    (await send(`GET ${route}`, request)).text;

const SUBSCRIPTION = '/v1/reports/subscriptions/{name}';
const named = { params: { name: 'mine' } };

const restricted = async (send: Send): Promise<string> => {
  const body = { ...ada, action: 'disable', reason: 'first' };
  return String((await send('POST /v1/controls', { body })).json['controlId']);
};

async function advised(_: Send, db: DynamoDb, organizationId: string): Promise<string> {
  const advice = {
    id: 'advice',
    kind: 'model-switch',
    scope: { ...ada },
    target: 'chat',
    title: 'Use another model',
    action: 'Set it.',
    isQuestion: false,
    savingNanoUsdPerMonth: 1n,
    effort: 'low',
    confidence: { level: 'low', requests: 1, days: 1 },
    evidence: {},
    change: { kind: 'setting' },
  } as Recommendation;
  const times = { createdAtMs: 1, nowMs: 1 };
  await stores(db).recommendations.propose(organizationId, advice, times);
  return advice.id;
}

async function settled(send: Send): Promise<string> {
  const body = { ...asked, inputTokens: 1_000, maxOutputTokens: 100 };
  const { json } = await send('POST /v1/reservations', { body });
  const id = String(json['reservationId']);
  await send('POST /v1/reservations/{id}/settle', { params: { id }, body: { usage } });
  return id;
}

async function charged(send: Send, _: DynamoDb, organizationId: string): Promise<string> {
  const eventId = `of-${organizationId}`;
  const event = { ...asked, eventId, at: new Date().toISOString(), usage };
  await send('POST /v1/usage', { body: { events: [event] } });
  return eventId;
}

async function trained(_: Send, db: DynamoDb, organizationId: string): Promise<string> {
  const { artifacts } = stores(db);
  for (const n of HIGH) {
    const metrics = { fittedOn: 2, testedOn: 1, logError: 0, baselineLogError: 0, cover: 1 };
    const model = { version: `regression-${n}`, trainedAtMs: 1, weights: [], metrics };
    await artifacts.putModel(organizationId, model as never);
  }
  return '';
}

/** Every kind of change that people make, with its route. */
export const AUDITED_CHANGES: readonly AuditedChange[] = [
  {
    operation: 'putThresholds',
    goesOn: true,
    request: (n) => ({ params: ada, body: { levels: levels(n) } }),
    action: 'thresholds.put',
    target: () => 'user/ada',
    inForce: 'last',
    show: reading('/v1/thresholds/{scope}/{scopeId}', { params: ada }),
  },
  {
    operation: 'putAlertPreferences',
    request: (n) => ({
      params: ada,
      body: {
        enabled: true,
        minimumLevel: 'warning',
        channels: [{ channel: 'email' }],
        quietHours: { from: `07:${n}`, to: '09:00', timeZone: 'UTC' },
      },
    }),
    action: 'alert-preferences.put',
    target: () => 'user/ada',
    inForce: 'last',
    show: reading('/v1/alerts/preferences/{scope}/{scopeId}', { params: ada }),
    numbers: LOW,
  },
  {
    operation: 'putFlag',
    request: (n) => ({ params: { name: 'throttling' }, body: { rolloutPercent: n } }),
    action: 'flag.put',
    target: () => 'throttling',
    inForce: 'last',
    show: reading('/v1/flags/{name}', { params: { name: 'throttling' } }),
    numbers: LOW,
  },
  {
    operation: 'putModel',
    request: (n) => ({
      params: { model: 'own.model' },
      body: { provider: 'Own', family: 'own', contextTokens: n, maxOutputTokens: 1 },
    }),
    action: 'model.put',
    target: () => 'own.model',
    inForce: 'last',
    show: async (send) => {
      const { json } = await send('GET /v1/models', { query: { limit: '500' } });
      const items = json['items'] as { model: string }[];
      return JSON.stringify(items.find(({ model }) => model === 'own.model'));
    },
  },
  {
    operation: 'putRateCard',
    request: (n) => ({
      params: { model: 'own.model' },
      body: {
        inputUsdPerMillion: String(n),
        outputUsdPerMillion: '1',
        effectiveFrom: '2026-01-01T00:00:00Z',
      },
    }),
    action: 'rate-card.put',
    target: () => 'own.model',
    toldAs: (n) => `${n}000000000`,
    inForce: 'last',
    show: reading('/v1/rate-cards/{model}', { params: { model: 'own.model' } }),
  },
  {
    operation: 'promotePredictor',
    request: (n) => ({ body: { version: `regression-${n}` } }),
    action: 'predictor.promote',
    target: () => 'active',
    prepare: trained,
    inForce: 'last',
    show: async (send) => JSON.stringify((await send('GET /v1/predictors')).json['active']),
  },
  {
    operation: 'putReportTags',
    request: (n) => ({ body: { tags: [`tag-${n}`] } }),
    action: 'report-tags.put',
    target: () => 'tags',
    inForce: 'last',
    show: reading('/v1/reports/tags'),
  },
  {
    operation: 'putReportSubscription',
    request: (n) => ({
      ...named,
      body: { ...subscription, groupBy: 'department', timeZone: 'UTC', hour: n - 30 },
    }),
    action: 'report-subscription.put',
    target: () => 'mine',
    numbers: LOW,
  },
  {
    operation: 'deleteReportSubscription',
    request: () => named,
    action: 'report-subscription.delete',
    target: () => 'mine',
    prepare: async (send) =>
      (await send(`PUT ${SUBSCRIPTION}`, { ...named, body: subscription })).text,
    inForce: 'gone',
    show: async (send) =>
      String(!(await send('GET /v1/reports/subscriptions')).text.includes('"mine"')),
  },
  {
    operation: 'createReportExport',
    request: (n) => ({
      body: { from: `2026-10-01T00:00:00Z`, to: `2026-10-${n - 20}T00:00:00Z`, groupBy: 'user' },
    }),
    action: 'report-export.create',
    target: () => /^[0-9a-f-]{36}$/,
    numbers: LOW,
  },
  {
    operation: 'acceptRecommendation',
    request: (_, id) => ({ params: { id } }),
    action: 'recommendation.accept',
    target: (id) => id,
    prepare: advised,
    entries: 'once',
  },
  {
    operation: 'dismissRecommendation',
    request: (_, id) => ({ params: { id } }),
    action: 'recommendation.dismiss',
    target: (id) => id,
    prepare: advised,
    entries: 'once',
  },
  {
    operation: 'putBenchmark',
    request: (n) => ({
      params: { industry: 'hospitality' },
      body: { ...benchmarkBody, title: `Hotels ${n}` },
    }),
    action: 'benchmark.put',
    target: () => 'hospitality',
  },
  {
    operation: 'putPromptTemplate',
    request: (n) => ({
      params: { name: 'greeting' },
      body: {
        prompt: 'Greet {{guest}}.',
        variables: [{ name: 'guest', type: 'string', maxLength: n }],
      },
    }),
    action: 'prompt-template.put',
    target: () => 'greeting',
    inForce: 'last',
    show: reading('/v1/prompts/templates/{name}', { params: { name: 'greeting' } }),
  },
  {
    operation: 'applyControl',
    request: (n) => ({ body: { ...ada, action: 'disable', reason: `reason ${n}` } }),
    action: 'control.applied',
    target: () => 'user/ada',
    inForce: 'last',
    show: reading('/v1/controls'),
  },
  {
    operation: 'reverseControl',
    request: (_, id) => ({ params: { id }, body: { reason: 'enough' } }),
    action: 'control.reversed',
    target: () => 'user/ada',
    prepare: restricted,
    inForce: 'gone',
    show: async (send) => String(!(await send('GET /v1/controls')).text.includes('"ada"')),
  },
  {
    operation: 'correctReservation',
    request: (n, id) => ({ params: { id }, body: correction(n) }),
    action: 'cost.correct',
    target: (id) => `reservation/${id}`,
    prepare: settled,
    inForce: 'all',
    show: async (send, id) => (await send('GET /v1/reservations/{id}', { params: { id } })).text,
  },
  {
    operation: 'correctUsage',
    request: (n, eventId) => ({ params: { eventId }, body: correction(n) }),
    action: 'cost.correct',
    target: (id) => `usage/${id}`,
    prepare: charged,
  },
];

/** Routes other than GET that change no settings, with the reason. */
export const NO_CHANGES: Readonly<Record<string, string>> = {
  createPrediction: 'answers a question',
  optimizePrompt: 'answers a question',
  renderPromptTemplate: 'answers a question',
  selectModel: 'answers a question',
  checkBudget: 'answers a question',
  createJob: 'queues one request, as a reservation holds the money of one',
  changeJob: 'changes the place of one request',
  deleteJob: 'cancels one request',
  createReservation: 'is an entry of the ledger, which is a record of its own',
  settleReservation: 'is an entry of the ledger',
  extendReservation: 'is an entry of the ledger',
  openWorkflow: 'is an entry of the ledger',
  closeWorkflow: 'is an entry of the ledger',
  voidReservation: 'is an entry of the ledger',
  callMcp: 'answers questions, and what it charges is an entry of the ledger',
  trackMetrics: 'counts what calls measured',
  ingestUsage: 'is an entry of the ledger',
};
