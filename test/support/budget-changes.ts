import type { AuditedChange } from './audited-changes.ts';
import { FIELD_KINDS } from './field-kinds.ts';
import type { ExampleStep } from './example-requests.ts';
import type { Answer } from './http-event.ts';
import type { Json } from './json-places.ts';
import type { Example } from './mutations.ts';

type Send = (route: string, request?: object) => Promise<Answer>;

const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
const ada = { scope: 'user', scopeId: 'ada' };
const daily = { ...ada, period: 'daily' };
const UNTIL = '2999-12-31T00:00:00Z';
const levels = (n: number) => [
  { name: 'critical', amountUsd: String(n), period: 'daily', action: 'alert' },
];

const budgeted = async (send: Send): Promise<string> =>
  (await send(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: '5' } })).text;

async function overridden(send: Send): Promise<string> {
  await budgeted(send);
  const body = { addUsd: '1', until: UNTIL, reason: 'first' };
  const { json } = await send(`POST ${BUDGET}/overrides`, { params: daily, body });
  return String(json['adjustmentId']);
}

async function asked(send: Send): Promise<string> {
  await budgeted(send);
  const body = { addUsd: '1', until: UNTIL, reason: 'first' };
  const request = { params: daily, body, actor: 'key-2' };
  const { json } = await send(`POST ${BUDGET}/override-requests`, request);
  return String(json['requestId']);
}

const shown =
  (suffix = '') =>
  async (send: Send): Promise<string> =>
    (await send(`GET ${BUDGET}${suffix}`, { params: daily })).text;

/** Changes of budgets and of what adjusts them. */
export const BUDGET_CHANGES: readonly AuditedChange[] = [
  ...(['putBudget', 'patchBudget'] as const).map((operation): AuditedChange => ({
    operation,
    goesOn: true,
    prepare: budgeted,
    request: (n) => ({ params: daily, body: { limitUsd: String(n) } }),
    action: 'budget.put',
    target: () => 'user/ada/daily',
  })),
  {
    operation: 'putBudget',
    goesOn: true,
    request: (n) => ({ params: daily, body: { limitUsd: String(n) } }),
    action: 'budget.put',
    target: () => 'user/ada/daily',
    inForce: 'last',
    show: shown(),
  },
  {
    operation: 'putBudget',
    goesOn: true,
    request: (n) => ({ params: daily, body: { limitUsd: '5', thresholds: levels(n) } }),
    action: 'thresholds.put',
    target: () => 'user/ada/daily',
    prepare: budgeted,
  },
  {
    operation: 'deleteBudget',
    goesOn: true,
    request: () => ({ params: daily }),
    action: 'budget.delete',
    target: () => 'user/ada/daily',
    prepare: budgeted,
    inForce: 'gone',
    show: async (send) => String((await send(`GET ${BUDGET}`, { params: daily })).status === 404),
  },
  {
    operation: 'addOverride',
    goesOn: true,
    request: (n) => ({ params: daily, body: { addUsd: String(n), until: UNTIL, reason: 'more' } }),
    action: 'override.add',
    target: () => /^user\/ada\/daily\/overrides\//,
    prepare: budgeted,
    inForce: 'all',
    show: shown('/overrides'),
  },
  {
    operation: 'removeOverride',
    goesOn: true,
    request: (_, adjustmentId) => ({ params: { ...daily, adjustmentId } }),
    action: 'override.remove',
    target: (adjustmentId) => `user/ada/daily/overrides/${adjustmentId}`,
    prepare: overridden,
    entries: 'once',
    inForce: 'gone',
    show: async (send) => String(!(await shown('/overrides')(send)).includes('first')),
  },
  {
    operation: 'resetBudget',
    goesOn: true,
    request: (n) => ({ params: daily, body: { reason: `because of ${n}` } }),
    action: 'reset.apply',
    target: () => 'user/ada/daily',
    prepare: budgeted,
  },
  {
    operation: 'askForOverride',
    request: (n) => ({ params: daily, body: { addUsd: String(n), until: UNTIL, reason: 'more' } }),
    action: 'override-request.ask',
    target: () => /^user\/ada\/daily\/override-requests\//,
    prepare: budgeted,
    inForce: 'all',
    show: shown('/override-requests'),
  },
  ...(['approve', 'deny'] as const).map((how): AuditedChange => ({
    operation: `${how}OverrideRequest`,
    goesOn: true,
    request: (_, requestId) => ({ params: { ...daily, requestId }, body: {} }),
    action: `override-request.${how}`,
    target: (requestId) => `user/ada/daily/override-requests/${requestId}`,
    prepare: asked,
    entries: 'once',
  })),
];

const LEVELS: Json[] = [
  { name: 'warning', amountUsd: '5', period: 'daily', action: 'alert' },
  { name: 'critical', percent: 80.5, action: 'throttle', tier: 1, spares: 'high' },
];

const settings = {
  limitUsd: '25.00',
  timeZone: 'Europe/Berlin',
  enforcement: 'enforce',
  mode: 'escrow',
  peakRequestsPerSecond: 500,
  onExpiry: 'presume',
  rollover: { capUsd: '5' },
  thresholds: LEVELS,
};
const NEEDED = ['thresholds[0].name', 'thresholds[0].action', 'thresholds[0].amountUsd'];
const changes: Example[] = [
  {
    body: settings,
    kinds: FIELD_KINDS,
    required: [...NEEDED, 'rollover.capUsd'],
    nullable: Object.keys(settings).filter((name) => name !== 'limitUsd'),
  },
];
const overrides: Example[] = [
  {
    body: { addUsd: '5', until: UNTIL, reason: 'launch day' },
    kinds: FIELD_KINDS,
    required: ['addUsd', 'reason'],
  },
];
const decisions: Example[] = [{ body: { reason: 'as agreed' }, kinds: FIELD_KINDS, required: [] }];

const counted: Example = {
  params: { period: 'weekly' },
  body: {
    limit: { usd: '25.00', requests: 200, tokens: 2_000_000 },
    weekStartsOn: 'sunday',
  },
  kinds: FIELD_KINDS,
  required: [],
  nullable: ['limit.usd', 'limit.requests', 'limit.tokens', 'weekStartsOn'],
};
const billed: Example = {
  params: { period: 'monthly' },
  body: { limitUsd: '25.00', billingDay: 15 },
  kinds: FIELD_KINDS,
  required: [],
  nullable: ['billingDay'],
};
const idle: Example = {
  params: { scope: 'session', scopeId: 'run-1', period: 'total' },
  body: { limitUsd: '25.00', idleSeconds: 600 },
  kinds: FIELD_KINDS,
  required: [],
  nullable: ['idleSeconds'],
};
const budgetExamples = [...changes, counted, billed, idle];

/** Valid bodies of changes of budgets. */
export const budgetBodies = {
  putBudget: budgetExamples,
  patchBudget: budgetExamples,
  addOverride: overrides,
  askForOverride: overrides,
  resetBudget: [{ ...decisions[0], required: ['reason'] } as Example],
  approveOverrideRequest: decisions,
  denyOverrideRequest: decisions,
};

const step = (operationId: string, request: ReturnType<ExampleStep['request']>): ExampleStep => ({
  operationId,
  request: () => request,
});
const body = { addUsd: '10.00', until: '2026-11-30T00:00:00Z', reason: 'Load test before launch' };
const decision = (operationId: string, answer: Record<string, unknown>) => ({
  params: { ...daily, requestId: String(answer['requestId']) },
  body: { reason: operationId.startsWith('approve') ? 'Agreed with finance' : 'Not this month' },
});

/** Example requests of everything that adjusts a budget. */
export const ADJUSTMENT_STEPS: readonly ExampleStep[] = [
  step('patchBudget', { params: daily, body: { timeZone: 'Asia/Tokyo' } }),
  step('listBudgetPeriods', { params: daily, query: { limit: '1' } }),
  step('addOverride', { params: daily, body }),
  step('listOverrides', { params: daily }),
  {
    operationId: 'removeOverride',
    request: (answerTo) => ({
      params: { ...daily, adjustmentId: String(answerTo('addOverride')['adjustmentId']) },
    }),
  },
  step('resetBudget', { params: daily, body: { reason: 'A test run spent it' } }),
  { ...step('askForOverride', { params: daily, body, actor: 'key-2' }), prepares: true },
  {
    operationId: 'denyOverrideRequest',
    request: (answerTo) => decision('deny', answerTo('askForOverride')),
  },
  step('askForOverride', { params: daily, body, actor: 'key-2' }),
  step('listOverrideRequests', { params: daily, query: { limit: '1' } }),
  {
    operationId: 'approveOverrideRequest',
    request: (answerTo) => decision('approve', answerTo('askForOverride')),
  },
];
