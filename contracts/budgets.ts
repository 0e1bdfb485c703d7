import * as z from 'zod';
import {
  type Balance,
  type Budget,
  BUDGET_MODES,
  type BudgetStanding,
  ENFORCEMENTS,
  EXPIRY_POLICIES,
  modeOf,
  spelledBudgetIdOf,
} from '../domain/ledger/budget.ts';
import { remainingOf, type ReservationDecision } from '../domain/ledger/decide-reservation.ts';
import { closesAtMs } from '../domain/ledger/session-run.ts';
import { formatUsd } from '../domain/money.ts';
import type { PeriodSpan } from '../domain/periods.ts';
import { shownId } from '../domain/scopes.ts';
import { budgetLimit, countView, countViewsOf, requireOneLimit } from './budget-limits.ts';
import {
  identifier,
  idleSeconds,
  instantText,
  pageCursor,
  pageLimit,
  period,
  perSecond,
  scope,
  sessionId,
  tags,
  timeZone,
  usd,
  usdText,
} from './fields.ts';
import type { Role } from '../domain/access/caller.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope, scopeFilter } from './scope-filter.ts';
import { budgetLevels } from './thresholds.ts';

const budgetPath = z.strictObject({ scope, scopeId: identifier, period });

export const putBudgetBody = z
  .strictObject({
    limitUsd: usd.optional().meta({ description: 'The same as limit.usd' }),
    limit: budgetLimit.optional(),
    timeZone: timeZone.default('UTC'),
    enforcement: z.enum(ENFORCEMENTS).default('enforce'),
    mode: z.enum(BUDGET_MODES).optional().meta({
      description:
        'exact: every request moves the balance. escrow: the balance lends to wallets, and requests move the wallets. Shared budgets default to escrow from 1000 USD or 20 requests per second upward',
    }),
    peakRequestsPerSecond: perSecond.optional().meta({
      description: 'Expected peak; it determines the number of lanes',
    }),
    onExpiry: z.enum(EXPIRY_POLICIES).optional().meta({
      description:
        'What happens to the money of an expired reservation. presume (default) counts it as spent. release returns it, which overspends if the call was made; it applies only if every budget of the request says so',
    }),
    idleSeconds: idleSeconds.optional().meta({
      description: 'For a session: its run closes after it was idle for so long. Default: 1800',
    }),
    thresholds: budgetLevels.nullable().optional().meta({
      description:
        'Levels that belong to this budget and go with it. Left out, they stay; null or [] removes them',
    }),
  })
  .superRefine(requireOneLimit)
  .meta({ id: 'BudgetInput' });

/** A budget in its current period. */
export const budgetView = z
  .object({
    budgetId: z.string().meta({ example: 'user/ada/daily' }),
    scope,
    scopeId: z.string(),
    period,
    periodKey: z.string().meta({ example: '2026-11-21' }),
    timeZone: z.string(),
    enforcement: z.enum(ENFORCEMENTS),
    source: z.string().optional().meta({
      description: 'The owner of the default that set it; absent if it was set on the scope itself',
      example: 'organization/acme',
    }),
    mode: z.enum(BUDGET_MODES),
    lanes: z.int().meta({ description: 'Number of balances that the budget is split into' }),
    onExpiry: z.enum(EXPIRY_POLICIES),
    limit: z.object({
      usd: usdText.optional(),
      requests: z.int().optional(),
      tokens: z.int().optional(),
    }),
    limitUsd: usdText.optional().meta({ description: 'The same as limit.usd' }),
    settledUsd: usdText,
    reservedUsd: usdText,
    availableUsd: usdText.optional().meta({
      description: 'Absent if the budget does not limit money',
    }),
    requests: countView.optional(),
    tokens: countView.optional(),
    lentUsd: usdText.meta({
      description:
        'In the answer to a reservation: what other wallets hold, have spent or have idle. Elsewhere 0, because it is counted in the other amounts',
    }),
    overageUsd: usdText.meta({ description: 'Settled above the limit' }),
    burnRate: z.string().meta({
      description: 'Settled USD per hour since the period began',
      example: '0.250000000',
    }),
    startsAt: instantText,
    closesAt: instantText.optional().meta({
      description: 'For a session: when its run closes unless it is used before',
    }),
    resetsAt: instantText.optional().meta({
      description: 'When the period ends; absent for total, which never resets',
    }),
  })
  .meta({ id: 'Budget' });
export type BudgetView = z.output<typeof budgetView>;

const checkBody = z
  .strictObject({
    userId: identifier,
    departmentId: identifier.optional(),
    system: identifier.optional(),
    model: identifier.optional(),
    sessionId: sessionId.optional(),
    tags: tags.optional(),
    estimatedCostUsd: usd,
  })
  .meta({ id: 'BudgetCheckInput' });
export type CheckBody = z.output<typeof checkBody>;

const checkResult = z
  .object({
    allowed: z.boolean(),
    decision: z.enum(['proceed', 'reject']),
    decidingBudgetId: z.string().optional(),
    remainingUsd: usdText.nullable(),
    budgets: z.array(budgetView),
  })
  .meta({ id: 'BudgetCheck' });

const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];
const keepers: Role[] = ['operator', 'admin'];

export const budgetRoutes = {
  putBudget: defineRoute({
    method: 'PUT',
    path: '/v1/budgets/{scope}/{scopeId}/{period}',
    summary: 'Set a budget, or change its limit while requests run',
    idempotencyKey: 'remembered',
    roles: keepers,
    access: { subject: 'scope', in: 'path' },
    params: budgetPath,
    body: putBudgetBody,
    problems: ['not-found'],
    responses: { 200: { description: 'The budget now', schema: budgetView } },
  }),
  getBudget: defineRoute({
    method: 'GET',
    path: '/v1/budgets/{scope}/{scopeId}/{period}',
    summary: 'One budget with what is settled, reserved and left',
    roles: readers,
    access: { subject: 'scope', in: 'path' },
    params: budgetPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The budget', schema: budgetView } },
  }),
  deleteBudget: defineRoute({
    method: 'DELETE',
    path: '/v1/budgets/{scope}/{scopeId}/{period}',
    summary: 'Remove a budget; its records stay in the ledger',
    idempotencyKey: 'remembered',
    roles: keepers,
    access: { subject: 'scope', in: 'path' },
    params: budgetPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The budget before its removal', schema: budgetView } },
  }),
  listBudgets: defineRoute({
    method: 'GET',
    path: '/v1/budgets',
    summary: 'All budgets of the organization, or of one scope',
    roles: readers,
    access: { subject: 'scope', in: 'query' },
    query: z
      .strictObject({ ...scopeFilter, limit: pageLimit, cursor: pageCursor })
      .superRefine(requireWholeScope),
    responses: {
      200: {
        description: 'A page of budgets',
        schema: z.object({ items: z.array(budgetView), nextCursor: z.string().optional() }),
      },
    },
  }),
  checkBudget: defineRoute({
    method: 'POST',
    path: '/v1/budgets/check',
    summary: 'Check whether an amount fits now, without holding it',
    roles: ['caller', 'operator', 'admin'],
    access: { subject: 'principals', in: 'body' },
    body: checkBody,
    responses: { 200: { description: 'The state of every budget', schema: checkResult } },
  }),
};

/** The API's view of a budget's standing. */
export function budgetViewOf(standing: BudgetStanding, nowMs: number): BudgetView {
  const { budget, span, balance } = standing;
  const elapsedMs = BigInt(Math.max(1, Math.min(nowMs, span.endsAtMs) - span.startsAtMs));
  const limitsUsd = budget.limitNanoUsd !== undefined;
  const limitUsd = limitsUsd ? formatUsd(balance.limitNanoUsd) : undefined;
  const overage = limitsUsd ? balance.settledNanoUsd - balance.limitNanoUsd : 0n;
  const available = balance.headroomNanoUsd > 0n ? balance.headroomNanoUsd : 0n;
  return {
    budgetId: spelledBudgetIdOf(budget),
    scope: budget.scope,
    scopeId: shownId(budget),
    period: budget.period,
    periodKey: span.key,
    timeZone: budget.timeZone,
    enforcement: budget.enforcement,
    ...(budget.source ? { source: budget.source.owner } : {}),
    mode: modeOf(budget),
    lanes: budget.lanes ?? 1,
    onExpiry: budget.onExpiry ?? 'presume',
    limit: { usd: limitUsd, ...budget.countLimits },
    limitUsd,
    settledUsd: formatUsd(balance.settledNanoUsd),
    reservedUsd: formatUsd(balance.reservedNanoUsd),
    availableUsd: limitsUsd ? formatUsd(available) : undefined,
    ...countViewsOf(standing),
    lentUsd: formatUsd(balance.lentNanoUsd),
    overageUsd: formatUsd(overage > 0n ? overage : 0n),
    burnRate: formatUsd((balance.settledNanoUsd * 3_600_000n) / elapsedMs),
    startsAt: new Date(span.startsAtMs).toISOString(),
    ...closeOf(budget, span, balance),
    ...resetOf(span.endsAtMs),
  };
}

/** The latest run of a session has no end that is known before. */
function closeOf(budget: Budget, span: PeriodSpan, balance: Balance): { closesAt?: string } {
  if (!budget.runs || Number.isFinite(span.endsAtMs)) return {};
  const atMs = closesAtMs(budget, span, balance);
  return atMs === undefined ? {} : { closesAt: new Date(atMs).toISOString() };
}

const resetOf = (endsAtMs: number): { resetsAt?: string } =>
  Number.isFinite(endsAtMs) ? { resetsAt: new Date(endsAtMs).toISOString() } : {};

/** Whether an amount would fit, and the state of every budget. */
export function budgetCheckViewOf(
  { decision, standings }: { decision: ReservationDecision; standings: BudgetStanding[] },
  nowMs: number,
): z.output<typeof checkResult> {
  const remaining = remainingOf(standings);
  return {
    allowed: decision.kind !== 'reject',
    decision: decision.kind === 'reject' ? 'reject' : 'proceed',
    ...(decision.kind === 'reject'
      ? { decidingBudgetId: budgetViewOf(decision.deciding, nowMs).budgetId }
      : {}),
    remainingUsd: remaining === undefined ? null : formatUsd(remaining),
    budgets: standings.map((standing) => budgetViewOf(standing, nowMs)),
  };
}
