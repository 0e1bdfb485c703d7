import * as z from 'zod';
import { displayNameText } from './display-name-text.ts';
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
import type { PeriodSpan } from '../domain/periods.ts';
import { sinceReset } from '../domain/ledger/adjustments.ts';
import { countsFromMs } from '../domain/ledger/pace.ts';
import { formatUsd, maxNanoUsd } from '../domain/money.ts';
import {
  budgetBody,
  calendarMembers,
  calendarMembersOf,
  settingChanges,
} from './budget-settings.ts';
import { shownId } from '../domain/scopes.ts';
import { periodView } from './budget-periods.ts';
import { countView, countViewsOf, limitMembers, limitMembersOf } from './budget-limits.ts';
import {
  identifier,
  instantText,
  pageCursor,
  pageLimit,
  period,
  scope,
  sessionId,
  tags,
  tokenCount,
  usd,
  usdText,
} from './fields.ts';
import type { Role } from '../domain/access/caller.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope, scopeFilter } from './scope-filter.ts';

export const budgetPath = z.strictObject({ scope, scopeId: identifier, period });
/** The path of a budget, and what all routes below it declare. */
export const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
export const ofBudget = {
  access: { subject: 'scope', in: 'path' },
  params: budgetPath,
  problems: ['not-found'],
} as const;

/** A month, a day, the instant at which a session's run began, or `total`. */
export const PERIOD_KEY = /^(\d{4}-\d\d(-\d\d(T\d\d:\d\d:\d\d\.\d{3}Z)?)?|total)$/;

/** A budget in one of its periods: the current one unless another was asked for. */
export const budgetView = z
  .object({
    budgetId: z.string().meta({ example: 'user/ada/daily' }),
    scope,
    scopeId: z.string(),
    displayName: displayNameText.optional(),
    period,
    periodKey: z.string().meta({ example: '2026-11-21' }),
    timeZone: z.string(),
    ...calendarMembers,
    enforcement: z.enum(ENFORCEMENTS),
    source: z.string().optional().meta({
      description: 'The owner of the default that set it; absent if it was set on the scope itself',
      example: 'organization/acme',
    }),
    mode: z.enum(BUDGET_MODES),
    lanes: z.int().meta({ description: 'Number of balances that the budget is split into' }),
    onExpiry: z.enum(EXPIRY_POLICIES),
    ...limitMembers,
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
      description:
        'Settled USD per hour since the period, the budget or its last reset began, over at least one hour',
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

const budgetChangeView = budgetView
  .omit({ displayName: true })
  .extend({ changes: settingChanges })
  .meta({ id: 'BudgetChange' });

const checkBody = z
  .strictObject({
    userId: identifier,
    departmentId: identifier.optional(),
    system: identifier.optional(),
    model: identifier.optional(),
    sessionId: sessionId.optional(),
    tags: tags.optional(),
    estimatedCostUsd: usd,
    inputTokens: tokenCount.optional(),
    maxOutputTokens: tokenCount
      .min(1, 'must be at least 1')
      .optional()
      .meta({ description: 'With inputTokens, what limits of tokens must have left. Default: 0' }),
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

const ofChange = {
  ...ofBudget,
  path: BUDGET,
  idempotencyKey: 'remembered',
  roles: keepers,
  body: budgetBody,
  responses: {
    200: { description: 'The budget now, and what changed', schema: budgetChangeView },
  },
} as const;

export const budgetRoutes = {
  putBudget: defineRoute({
    ...ofChange,
    method: 'PUT',
    summary: 'Set a budget, or change it while requests run; what is not given stays',
  }),
  patchBudget: defineRoute({
    ...ofChange,
    method: 'PATCH',
    summary: 'Change some settings of an existing budget; what is not given stays',
  }),
  getBudget: defineRoute({
    ...ofBudget,
    method: 'GET',
    path: BUDGET,
    summary: 'One budget with what is settled, reserved and left, now or in an earlier period',
    roles: readers,
    query: z.strictObject({
      periodKey: z
        .string()
        .regex(PERIOD_KEY, 'is not the key of a period, such as 2026-11-21, 2026-11 or total')
        .optional()
        .meta({
          description: 'The key of an earlier period; default: the current one',
          example: '2026-11-21',
        }),
    }),
    responses: { 200: { description: 'The budget', schema: budgetView } },
  }),
  listBudgetPeriods: defineRoute({
    ...ofBudget,
    method: 'GET',
    path: `${BUDGET}/periods`,
    summary: 'The periods of a budget with limit, spend and overage, newest first',
    roles: readers,
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of periods; those in which nothing happened are left out',
        schema: z.object({ items: z.array(periodView), nextCursor: z.string().optional() }),
      },
    },
  }),
  deleteBudget: defineRoute({
    ...ofBudget,
    method: 'DELETE',
    path: BUDGET,
    summary: 'Remove a budget; its records stay in the ledger',
    idempotencyKey: 'remembered',
    roles: keepers,
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

const HOUR_MS = 3_600_000;

/**
 * The API's view of a budget's standing. What was spent before a reset is left out of limit and
 * spend.
 */
export function budgetViewOf(standing: BudgetStanding, nowMs: number): BudgetView {
  const { budget, span, balance } = standing;
  const fromMs = countsFromMs(budget, span, nowMs);
  const elapsedMs = BigInt(Math.max(HOUR_MS, Math.min(nowMs, span.endsAtMs) - fromMs));
  const { limitNanoUsd, settledNanoUsd } = sinceReset(standing, nowMs);
  const limitsUsd = budget.limitNanoUsd !== undefined;
  const overageNanoUsd = limitsUsd ? maxNanoUsd(0n, settledNanoUsd - limitNanoUsd) : 0n;
  return {
    budgetId: spelledBudgetIdOf(budget),
    scope: budget.scope,
    scopeId: shownId(budget),
    displayName: budget.displayName,
    period: budget.period,
    periodKey: span.key,
    ...calendarMembersOf(standing, nowMs),
    enforcement: budget.enforcement,
    ...(budget.source ? { source: budget.source.owner } : {}),
    mode: modeOf(budget),
    lanes: budget.lanes ?? 1,
    onExpiry: budget.onExpiry ?? 'presume',
    ...limitMembersOf({ ...budget, limitNanoUsd: limitsUsd ? limitNanoUsd : undefined }),
    settledUsd: formatUsd(settledNanoUsd),
    reservedUsd: formatUsd(balance.reservedNanoUsd),
    availableUsd: limitsUsd ? formatUsd(maxNanoUsd(0n, balance.headroomNanoUsd)) : undefined,
    ...countViewsOf(standing, nowMs),
    lentUsd: formatUsd(balance.lentNanoUsd),
    overageUsd: formatUsd(overageNanoUsd),
    burnRate: formatUsd((settledNanoUsd * BigInt(HOUR_MS)) / elapsedMs),
    startsAt: new Date(span.startsAtMs).toISOString(),
    ...closeOf(budget, span, balance),
    ...resetOf(span.endsAtMs),
  };
}

/** When a session's latest run closes. Earlier runs have ended. */
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
