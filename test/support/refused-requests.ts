import type { AnswerTo } from './example-requests.ts';
import type { call } from './http-event.ts';

type Request = NonNullable<Parameters<typeof call>[2]>;
/** A request that is refused for what it asks, not for its form. */
export type RefusedRequest = readonly [
  operationId: string,
  request: Request | ((answerTo: AnswerTo) => Request),
];

const reason = 'Checked';
const NO_ID = '019aa5c3-7a10-4cc4-9b1e-2f6d0c1b8a44';
const zoe = { scope: 'user', scopeId: 'zoe' };
const daily = { ...zoe, period: 'daily' };
const grace = { scope: 'user', scopeId: 'grace' };
const later = { until: '2026-12-01T00:00:00Z', addUsd: '1', reason };
const rule = { scope: 'department', scopeId: 'law', member: 'user' };
const request = { system: 'relaycore', userId: 'zoe', model: 'anthropic.claude-sonnet-4-6' };
const usage = { inputTokens: 1, outputTokens: 1 };
const correction = { correctionId: 'refused-1', actualCostUsd: '1', reason };
const OF_GRACE = { role: 'caller' as const, limits: { users: ['grace'] } };
const level = { name: 'warning', amountUsd: '5', period: 'daily', action: 'alert' };
const settled = (answerTo: AnswerTo, body?: object): Request => ({
  params: { id: String(answerTo('createReservation')['reservationId']) },
  ...(body ? { body } : {}),
});
const range = (from: string, to: string, more: object = {}): Request => ({
  query: { from, to, groupBy: 'user', ...more },
});

const REPORTS: readonly RefusedRequest[] = [
  ['costReport', range('2026-11-21', '2026-11-20')],
  ['costReport', range('2026-11-21', '2026-11-20', { granularity: 'hourly' })],
  ['costReport', range('2025-10-01', '2026-11-21')],
  ['costReport', range('2025-10-01', '2026-11-21', { granularity: 'daily' })],
  ['costReport', range('2026-10-01', '2026-11-21', { granularity: 'hourly' })],
  ['costReport', range('2026-11-01', '2026-11-21', { groupBy: 'tag:unlisted' })],
  ['chargeback', { query: { from: '2026-11-21', to: '2026-11-20' } }],
  ['createReportExport', { body: { from: '2026-11-21', to: '2026-11-20', groupBy: 'user' } }],
  ['createReportExport', { body: { from: '2024-11-21', to: '2026-11-20', groupBy: 'user' } }],
  ['createReportExport', { body: { from: '2026-11-01', to: '2026-11-20', groupBy: 'tag:none' } }],
  ['getReportExport', { params: { exportId: NO_ID } }],
  ['deleteReportExport', { params: { exportId: NO_ID } }],
  ['deleteReportSubscription', { params: { name: 'none' } }],
  ['getForecast', { query: { scope: 'user', scopeId: 'ada', days: '0' } }],
  ['getForecast', { query: { scope: 'user', scopeId: 'ada', days: '400' } }],
  ['acceptRecommendation', { params: { id: 'none' } }],
  ['recommendationOutcome', { params: { id: 'none' } }],
  ['getMetrics', { query: { from: '2026-11-20' } }],
  ['getMetrics', { query: { from: '2026-09-01', system: 'relaycore' } }],
  [
    'trackMetrics',
    { body: { system: 'old', measurements: [{ at: '2026-09-01T00:00:00Z', accuracy: 1 }] } },
  ],
  ['compareBenchmarks', { query: { industry: 'none' } }],
  ['listUsage', { query: { cursor: 'none' } }],
];

const BUDGETS: readonly RefusedRequest[] = [
  ['getBudget', { params: daily }],
  ['patchBudget', { params: daily, body: { limitUsd: '1' } }],
  ['deleteBudget', { params: daily }],
  ['resetBudget', { params: daily, body: { reason } }],
  ['addOverride', { params: daily, body: later }],
  ['askForOverride', { params: daily, body: later }],
  ['removeOverride', { params: { ...daily, adjustmentId: NO_ID } }],
  [
    'approveOverrideRequest',
    { params: { ...daily, requestId: `01796005296817-${NO_ID}` }, body: {} },
  ],
  ['addOverride', { params: { ...grace, period: 'weekly' }, body: { addUsd: '1', reason } }],
  ['getBudget', { params: { ...grace, period: 'weekly' }, query: { periodKey: '2026-11' } }],
  ['putBudget', { params: daily, body: { limitUsd: '1', weekStartsOn: 'monday' } }],
  ['putBudget', { params: daily, body: { limitUsd: '1', billingDay: 3 } }],
  ['putBudget', { params: daily, body: { limitUsd: '1', idleSeconds: 60 } }],
  ['putBudget', { params: daily, body: { limit: { requests: 1 }, mode: 'escrow' } }],
  ['putBudget', { params: daily, body: { limit: { requests: 1 }, rollover: {} } }],
  ['putBudget', { params: daily, body: {} }],
  [
    'putBudget',
    { params: { ...zoe, period: 'total' }, body: { limitUsd: '1', rollover: { capUsd: '1' } } },
  ],
  [
    'putBudget',
    { params: { scope: 'session', scopeId: 'r', period: 'daily' }, body: { limitUsd: '1' } },
  ],
  [
    'putBudget',
    {
      params: { scope: 'organization', scopeId: 'other', period: 'daily' },
      body: { limitUsd: '1' },
    },
  ],
  ['getBudget', { params: daily, ...OF_GRACE }],
  ['listBudgets', { query: { cursor: 'none' } }],
];

const LEVELS: readonly RefusedRequest[] = [
  [
    'putThresholds',
    {
      params: { scope: 'department', scopeId: 'law' },
      body: { levels: [{ ...level, amountUsd: undefined, percent: 80 }] },
    },
  ],
  ['putThresholds', { params: zoe, body: { levels: [level, level] } }],
  [
    'putThresholds',
    { params: zoe, body: { levels: [level, { ...level, name: 'critical', amountUsd: '4' }] } },
  ],
  ['getDefaults', { params: rule }],
  ['deleteDefaults', { params: rule }],
  [
    'putDefaults',
    { params: { ...rule, member: 'key' }, body: { budgets: { daily: { limitUsd: '1' } } } },
  ],
  [
    'putDefaults',
    { params: { ...rule, member: 'session' }, body: { budgets: { daily: { limitUsd: '1' } } } },
  ],
  ['putDefaults', { params: rule, body: { budgets: { daily: { enforcement: 'warn' } } } }],
  [
    'applyControl',
    { body: { ...zoe, action: 'disable', reason, expiresAt: '2026-11-20T00:00:00Z' } },
  ],
  ['applyControl', { body: { ...zoe, action: 'disable', tier: 2, reason } }],
  ['reverseControl', { params: { id: 'ctl_none' }, body: { reason } }],
  ['sendTestAlert', { body: { ...zoe, channel: 'pagerduty' } }],
  ['sendTestAlert', { body: { scope: 'organization', scopeId: 'other' } }],
];

const REQUESTS: readonly RefusedRequest[] = [
  ['createReservation', { body: { ...request, model: 'no-such-model', inputTokens: 1 } }],
  ['createReservation', { body: { ...request, inputTokens: 1, holdSeconds: 10_000_000 } }],
  ['createReservation', { body: { ...request, inputTokens: 1 }, ...OF_GRACE }],
  [
    'createReservation',
    { body: { ...request, userId: 'grace', sessionId: 'run-1', inputTokens: 9_000_000 } },
  ],
  ['getReservation', { params: { id: NO_ID } }],
  ['settleReservation', { params: { id: NO_ID }, body: { usage } }],
  ['settleReservation', (answerTo) => settled(answerTo, { usage })],
  ['settleReservation', (answerTo) => settled(answerTo, { usage, actualCostUsd: '-1' })],
  ['extendReservation', (answerTo) => settled(answerTo, { holdSeconds: 900 })],
  ['voidReservation', (answerTo) => settled(answerTo)],
  [
    'correctReservation',
    (answerTo) => settled(answerTo, { ...correction, correctionId: 'full-1' }),
  ],
  ['correctReservation', { params: { id: NO_ID }, body: correction }],
  ['correctUsage', { params: { eventId: 'none' }, body: correction }],
  ['confirmDispute', { params: { id: NO_ID }, body: { reason } }],
  ['rejectDispute', (answerTo) => settled(answerTo, { reason })],
  ['checkBudget', { body: { userId: 'zoe', estimatedCostUsd: '1' }, ...OF_GRACE }],
  ['createPrediction', { body: { ...request, model: 'no-such-model', inputTokens: 1 } }],
];

const SETTINGS: readonly RefusedRequest[] = [
  ['deletePromptTemplate', { params: { name: 'none' } }],
  ['deletePromptTemplateVersion', { params: { name: 'none', version: '1' } }],
  ['getProvider', { params: { name: 'none' } }],
  ['deleteProvider', { params: { name: 'none' } }],
  [
    'putProvider',
    {
      params: { name: 'own' },
      body: { baseUrl: 'https://10.0.0.1/v1', models: [{ model: 'own', apis: ['chat'] }] },
    },
  ],
  ['getRateCard', { params: { model: 'no-such-model' } }],
  ['putModel', { params: { model: 'own' }, body: { provider: 'Own' } }],
  ['putRateCard', { params: { model: 'own' }, body: { sameAs: 'no-such-model' } }],
  ['putRateCard', { params: { model: 'own' }, body: { sameAs: 'own' } }],
  ['putRateCard', { params: { model: 'own' }, body: { inputUsdPerMillion: '1' } }],
  ['promotePredictor', { body: { version: 'regression-0' } }],
  ['createKey', { body: { name: 'old', role: 'viewer', expiresAt: '2026-11-20T00:00:00Z' } }],
  ['createKey', { body: { name: 'high', role: 'admin' }, role: 'operator' }],
  ['rotateKey', { params: { keyId: 'nonexistent1' }, body: { overlapHours: 1 } }],
  [
    'rotateKey',
    (answerTo) => ({ params: { keyId: String(answerTo('revokeKey')['keyId']) }, body: {} }),
  ],
  ['revokeKey', { params: { keyId: 'nonexistent1' } }],
  ['getUser', { params: { id: 'nobody' } }],
  ['deleteUser', { params: { id: 'nobody' } }],
  ['getFlag', { params: { name: 'none' } }],
  ['putFlag', { params: { name: 'none' }, body: { enabled: true } }],
  ['putCostAllocation', { body: { rule: 'fixed', sharedDepartments: ['it'], shares: [] } }],
  ['putReportTags', { body: { tags: ['team', 'team'] } }],
  ['putBenchmark', { params: { industry: 'none' }, body: {} }],
  ['listAudit', { query: { from: '2026-11-21', to: '2026-11-20' } }],
  ['listKeys', { query: { cursor: 'none' } }],
];

export const REFUSED_REQUESTS = [...REPORTS, ...BUDGETS, ...LEVELS, ...REQUESTS, ...SETTINGS];
