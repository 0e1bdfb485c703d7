import { maxNanoUsd, type NanoUsd } from '../money.ts';
import type { PeriodSpan } from '../periods.ts';
import {
  COUNT_UNITS,
  type Counters,
  type CountLimits,
  type CountsByUnit,
  type CountUnit,
  eachUnit,
} from './counts.ts';
import { type Calendared, periodBefore, periodOf } from './calendar.ts';

export const ADJUSTMENT_KINDS = ['override', 'reset', 'rollover'] as const;
/**
 * `override` raises the limit for a time. `reset` adds what was spent so far to one period, so that
 * all of the limit is there again. `rollover` moves what was left of one period into the next.
 */
export type AdjustmentKind = (typeof ADJUSTMENT_KINDS)[number];

/** How far the end of an adjustment is: its money has left the balances, and then the wallets too. */
export const ADJUSTMENT_ENDS = ['ending', 'ended'] as const;

/** What changes the limit of a budget for a time, or in one of its periods. */
export type Adjustment = {
  adjustmentId: string;
  kind: AdjustmentKind;
  /** Negative only where a roll-over took it out of a period. */
  addNanoUsd: NanoUsd;
  /** Requests and tokens that a reset gives back, if they were counted. */
  addCounts?: CountsByUnit | undefined;
  /** The only period that it counts in; every period where absent. */
  periodKey?: string | undefined;
  fromMs: number;
  /** It counts no more from this instant on; `undefined` where nothing ends it. */
  untilMs?: number | undefined;
  end?: (typeof ADJUSTMENT_ENDS)[number] | undefined;
  actor: string;
  reason: string;
};

/** A budget's limit and what changes it. */
export type Adjustable = {
  /** Absent if the budget does not limit money. */
  limitNanoUsd?: NanoUsd | undefined;
  /** Absent if it limits neither requests nor tokens. */
  countLimits?: CountLimits | undefined;
  adjustments?: readonly Adjustment[] | undefined;
};

/** What decides when a limit changes without anybody doing anything. */
export type Scheduled = Calendared &
  Adjustable & { rolloverCapNanoUsd?: NanoUsd | undefined; rolledUntilMs?: number | undefined };

/**
 * Whether an adjustment counts in a period at an instant. It counts as soon as it is stored, even for
 * a request with an earlier date, and no more once its money is being taken out. So a balance that
 * opens at such a moment has the same limit as the others.
 */
const isInForce = (
  { periodKey, fromMs, untilMs = Infinity, end }: Adjustment,
  { key, endsAtMs }: PeriodSpan,
  atMs: number,
): boolean =>
  (periodKey ?? key) === key && fromMs < endsAtMs && atMs < untilMs && end === undefined;

/** The adjustments that count in a period at an instant; before it begins, those of its beginning. */
export function adjustmentsIn(
  { adjustments = [] }: Pick<Adjustable, 'adjustments'>,
  span: PeriodSpan,
  nowMs: number,
): Adjustment[] {
  const atMs = Math.max(span.startsAtMs, Math.min(nowMs, span.endsAtMs - 1));
  return adjustments.filter((adjustment) => isInForce(adjustment, span, atMs));
}

/** The limit of one of a budget's periods at an instant, adjustments included. */
export const limitOf = (budget: Adjustable, span: PeriodSpan, nowMs: number): NanoUsd =>
  adjustmentsIn(budget, span, nowMs).reduce(
    (sum, { addNanoUsd }) => sum + addNanoUsd,
    budget.limitNanoUsd ?? 0n,
  );

/** The limits of requests and tokens in one of a budget's periods at an instant, after resets. */
export function countLimitsOf(
  budget: Adjustable,
  span: PeriodSpan,
  nowMs: number,
): CountLimits | undefined {
  const { countLimits } = budget;
  if (!countLimits) return undefined;
  const reset = resetCountsOf(budget, span, nowMs);
  return Object.fromEntries(
    COUNT_UNITS.flatMap((unit) => {
      const limit = countLimits[unit];
      return limit === undefined ? [] : [[unit, limit + reset[unit]]];
    }),
  );
}

/** The requests and tokens that were counted in a period before it was reset. */
export function resetCountsOf(
  budget: Pick<Adjustable, 'adjustments'>,
  span: PeriodSpan,
  nowMs: number,
): CountsByUnit {
  const adjustments = adjustmentsIn(budget, span, nowMs);
  return eachUnit((unit) =>
    adjustments.reduce((sum, { addCounts }) => sum + (addCounts?.[unit] ?? 0), 0),
  );
}

/** What a budget limits in requests or tokens in one of its periods, and what was used since a reset. */
export function countsSinceReset(
  {
    budget,
    span,
    balance,
  }: { budget: Adjustable; span: PeriodSpan; balance: { counters?: Counters | undefined } },
  nowMs: number,
): { unit: CountUnit; limit: number; settled: number }[] {
  const reset = resetCountsOf(budget, span, nowMs);
  return COUNT_UNITS.flatMap((unit) => {
    const limit = budget.countLimits?.[unit];
    if (limit === undefined) return [];
    const settled = Math.max(0, (balance.counters?.[unit].settled ?? 0) - reset[unit]);
    return [{ unit, limit, settled }];
  });
}

/** What was spent in a period before it was reset: the books keep it, and people no longer see it. */
export const resetNanoUsdOf = (
  budget: Pick<Adjustable, 'adjustments'>,
  span: PeriodSpan,
  nowMs: number,
): NanoUsd =>
  adjustmentsIn(budget, span, nowMs)
    .filter(({ kind }) => kind === 'reset')
    .reduce((sum, { addNanoUsd }) => sum + addNanoUsd, 0n);

/** Limit and spend of a period without what was spent before it was reset. */
export function sinceReset(
  {
    budget,
    span,
    balance,
  }: {
    budget: Pick<Adjustable, 'adjustments'>;
    span: PeriodSpan;
    balance: { limitNanoUsd: NanoUsd; settledNanoUsd: NanoUsd };
  },
  nowMs: number,
): { limitNanoUsd: NanoUsd; settledNanoUsd: NanoUsd } {
  const resetNanoUsd = resetNanoUsdOf(budget, span, nowMs);
  const settledNanoUsd = balance.settledNanoUsd - resetNanoUsd;
  return {
    limitNanoUsd: balance.limitNanoUsd - resetNanoUsd,
    // What was spent before may have been refunded since.
    settledNanoUsd: resetNanoUsd === 0n ? settledNanoUsd : maxNanoUsd(settledNanoUsd, 0n),
  };
}

/** The adjustments whose time is over and whose money may still be in balances or wallets. */
export const overdueAdjustments = (
  { adjustments = [] }: Pick<Adjustable, 'adjustments'>,
  nowMs: number,
): Adjustment[] =>
  adjustments.filter(({ untilMs = Infinity, end }) => untilMs <= nowMs && end !== 'ended');

/** When the limit changes next without anybody's doing; `undefined` if it does not. Epoch ms. */
export function nextChangeMs(budget: Scheduled): number | undefined {
  const ends = (budget.adjustments ?? []).map(({ untilMs }) => untilMs ?? Infinity);
  if (budget.rolloverCapNanoUsd !== undefined) ends.push(periodToRoll(budget).endsAtMs);
  const nextMs = Math.min(...ends);
  return Number.isFinite(nextMs) ? nextMs : undefined;
}

/** The earliest period whose remainder was not rolled over. */
export const periodToRoll = (budget: Scheduled): PeriodSpan =>
  periodOf(budget, budget.rolledUntilMs ?? budget.createdAtMs);

/** The adjustments that still matter: without those of periods before the last one. */
export function keptAdjustments(budget: Scheduled, nowMs: number): Adjustment[] {
  const current = periodOf(budget, nowMs);
  const last = periodBefore(budget, current) ?? current;
  const fromKey = periodOf(budget, Math.min(last.startsAtMs, budget.rolledUntilMs ?? Infinity)).key;
  return (budget.adjustments ?? []).filter(({ periodKey }) => (periodKey ?? fromKey) >= fromKey);
}
