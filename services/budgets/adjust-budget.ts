import { randomUUID } from 'node:crypto';
import type { Call } from '../../domain/access/caller.ts';
import type { Adjustment } from '../../domain/ledger/adjustments.ts';
import {
  type Balance,
  balanceRefIn,
  type Budget,
  budgetIdOf,
  lanesOf,
} from '../../domain/ledger/budget.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import {
  MOST_ADJUSTMENTS,
  overridden,
  type Override,
  overridesIn,
  reset,
  without,
} from '../../domain/ledger/override.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import { conflict, invalidField, notFound } from '../errors.ts';
import { callMoneyBack, readLanes } from './call-money-back.ts';
import { type ChangeDeps, noBudget } from './change-budget.ts';
import { wholeBalance } from './make-room.ts';
import { replacement, type Target } from './replace-budget.ts';

/**
 * Refuses an override that ends at once, or never although its budget's periods do.
 * @throws ServiceError `invalid-request`
 */
export function requireEnd({ period }: Target, untilMs: number | undefined, nowMs: number): void {
  if (untilMs === undefined && period !== 'total') {
    throw invalidField('until', 'is required: only a total budget can be raised for good');
  }
  if (untilMs !== undefined && untilMs <= nowMs) {
    throw invalidField('until', 'must be in the future');
  }
}

type AddedOverride = Override & {
  /** What takes effect with it, such as the approval of a request. */
  also?: (added: Adjustment) => Promise<AuditedChange>;
};

/**
 * Raises the limit of a budget until a time.
 * @throws ServiceError `invalid-request`, `not-found`, or `conflict` if it has too many adjustments
 */
export async function addOverride(
  deps: ChangeDeps,
  call: Call,
  target: Target,
  { also, ...override }: AddedOverride,
): Promise<Adjustment> {
  requireEnd(target, override.untilMs, call.nowMs);
  const adjusting = { ...call, adjustmentId: randomUUID() };
  const { after } = await adjusted(deps, call, target, {
    action: 'override.add',
    next: (budget) => {
      if (budget.limitNanoUsd === undefined) throw noMoney(target);
      return overridden(budget, override, adjusting);
    },
    facts: (budget) => ({
      target: overrideIdOf(target, lastOf(budget)),
      after: factsOf(lastOf(budget)),
    }),
    also: also && ((budget) => also(lastOf(budget))),
  });
  return lastOf(after);
}

/**
 * Ends an override before its time, and calls its money back.
 * @throws ServiceError `not-found` if the budget has no such override in force
 */
export async function removeOverride(
  deps: ChangeDeps,
  call: Call,
  target: Target,
  adjustmentId: string,
): Promise<Adjustment> {
  const overrideOf = (budget: Budget): Adjustment => {
    const override = overridesIn(budget, call.nowMs).find(
      (each) => each.adjustmentId === adjustmentId,
    );
    if (override) return override;
    throw notFound(`Override ${adjustmentId} of budget ${budgetIdOf(target)} was not found.`);
  };
  const { before, after, lanes } = await adjusted(deps, call, target, {
    action: 'override.remove',
    next: (budget) => without(budget, overrideOf(budget).adjustmentId, call.nowMs),
    facts: (_, budget) => ({
      target: overrideIdOf(target, overrideOf(budget)),
      before: factsOf(overrideOf(budget)),
    }),
  });
  await callMoneyBack(deps, call, { ...after, lanes });
  return overrideOf(before);
}

/**
 * Gives a budget all of its limits again for the rest of the period. The books keep what was spent.
 * @throws ServiceError `not-found`, or `conflict` if it has too many adjustments
 */
export async function resetBudget(
  deps: ChangeDeps,
  call: Call,
  target: Target,
  reason: string,
): Promise<void> {
  const adjusting = { ...call, adjustmentId: randomUUID(), reason };
  await adjusted(deps, call, target, {
    action: 'reset.apply',
    next: async (budget) => reset(budget, await balanceIn(deps, call, budget), adjusting),
    facts: (budget) => ({ after: factsOf(lastOf(budget)) }),
  });
}

type Step = {
  action: string;
  next: (before: Budget) => Budget | 'full' | Promise<Budget | 'full'>;
  /** What the audit log says. */
  facts: (after: Budget, before: Budget) => { target?: string; before?: unknown; after?: unknown };
  also?: ((after: Budget) => Promise<AuditedChange>) | undefined;
};

/** Changes the adjustments of a budget, audited. */
async function adjusted(
  deps: ChangeDeps,
  call: Call,
  target: Target,
  { action, next, facts, also }: Step,
): Promise<{ before: Budget; after: Budget; lanes: number }> {
  const { organizationId, actor, nowMs } = call;
  return deps.audit.change(async () => {
    const replaced = await replacement(deps, call, target, {
      async next({ before }) {
        if (!before) throw noBudget(target);
        const after = await next(before);
        if (after !== 'full') return after;
        throw conflict(
          `Budget ${budgetIdOf(target)} has ${MOST_ADJUSTMENTS} adjustments already. Raise limitUsd instead.`,
        );
      },
    });
    const { before, after } = replaced;
    if (!before) throw noBudget(target);
    const further = await also?.(after);
    const entry = {
      organizationId,
      actor,
      action,
      target: budgetIdOf(target),
      ...facts(after, before),
      atMs: nowMs,
    };
    return {
      ...replaced,
      before,
      entries: [entry, ...(further?.entries ?? [])],
      writes: [...replaced.writes, ...(further?.writes ?? [])],
    };
  });
}

/** The balance of a budget's current period, with all lanes and wallets, if it is open. */
async function balanceIn(
  deps: ChangeDeps,
  { organizationId, nowMs }: Call,
  budget: Budget,
): Promise<Balance | undefined> {
  const refs = lanesOf(balanceRefIn(budget, periodOf(budget, nowMs)), budget.lanes);
  const homes = await readLanes(deps, organizationId, refs);
  return homes.length === 0 ? undefined : wholeBalance(deps, organizationId, homes);
}

function lastOf({ adjustments }: Budget): Adjustment {
  const last = adjustments?.at(-1);
  if (!last) throw new Error('an adjustment was added and is missing');
  return last;
}

export const noMoney = (target: Target) =>
  conflict(
    `Budget ${budgetIdOf(target)} limits no money. Change limit.requests or limit.tokens instead.`,
  );

/** How the audit log names an override. */
export const overrideIdOf = (target: Target, { adjustmentId }: Adjustment): string =>
  `${budgetIdOf(target)}/overrides/${adjustmentId}`;

/** What the audit log says of an adjustment. */
export const factsOf = ({ adjustmentId, addNanoUsd, addCounts, untilMs, reason }: Adjustment) => ({
  adjustmentId,
  addUsd: formatUsd(addNanoUsd),
  ...(addCounts ? { addRequests: addCounts.requests, addTokens: addCounts.tokens } : {}),
  until: untilMs === undefined ? undefined : new Date(untilMs).toISOString(),
  reason,
});
