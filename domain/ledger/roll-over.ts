import { maxNanoUsd, minNanoUsd, type NanoUsd } from '../money.ts';
import type { PeriodSpan } from '../periods.ts';
import { type Adjustment, keptAdjustments, limitOf } from './adjustments.ts';
import { balanceRefIn, type Budget, type Home, sumOfBalances, untouchedBalance } from './budget.ts';
import type { LimitChange } from './limit-changes.ts';

/** What one period leaves to the next: how much, and what it does to the lanes that it leaves. */
export type RollOver = { amountNanoUsd: NanoUsd; changes: LimitChange[] };

/**
 * What is left of a period that has ended, up to the cap. What overrides added to it is not left
 * over, and neither is what open reservations hold.
 * @param lanes of that period, as far as they were opened
 */
export function rollOver(budget: Budget, span: PeriodSpan, lanes: readonly Home[]): RollOver {
  const adjustments = (budget.adjustments ?? []).filter(({ kind }) => kind !== 'override');
  const ownLimitNanoUsd = limitOf({ ...budget, adjustments }, span, span.endsAtMs - 1);
  const first = lanes[0];
  const sum = first
    ? sumOfBalances(lanes.map(({ balance }) => balance))
    : untouchedBalance(ownLimitNanoUsd);
  const addedNanoUsd = sum.limitNanoUsd - ownLimitNanoUsd;
  const leftNanoUsd = sum.headroomNanoUsd - maxNanoUsd(addedNanoUsd, 0n);
  const amountNanoUsd = minNanoUsd(leftNanoUsd, budget.rolloverCapNanoUsd ?? 0n);
  if (amountNanoUsd <= 0n) return { amountNanoUsd: 0n, changes: [] };
  // A period that nothing has touched opens with what is left of its limit, if it still does.
  const untouched = { ref: balanceRefIn(budget, span), was: undefined, limitNanoUsd: 0n };
  if (!first) return { amountNanoUsd, changes: [untouched] };
  let missingNanoUsd = amountNanoUsd;
  const changes = lanes.flatMap(({ ref, balance }): LimitChange[] => {
    const takenNanoUsd = minNanoUsd(balance.headroomNanoUsd, missingNanoUsd);
    if (takenNanoUsd <= 0n) return [];
    missingNanoUsd -= takenNanoUsd;
    const limitNanoUsd = balance.limitNanoUsd - takenNanoUsd;
    return [{ ref, was: balance, limitNanoUsd, neededNanoUsd: takenNanoUsd }];
  });
  return { amountNanoUsd, changes };
}

/** A budget after what one period left has entered the next. */
export function rolledOver(
  budget: Budget,
  { from, into }: { from: PeriodSpan; into: PeriodSpan },
  amountNanoUsd: NanoUsd,
  nowMs: number,
): Budget {
  const adjustment = (periodKey: string, addNanoUsd: NanoUsd): Adjustment => ({
    adjustmentId: `rollover-${from.key}-${periodKey}`,
    kind: 'rollover',
    addNanoUsd,
    periodKey,
    fromMs: from.startsAtMs,
    actor: 'automatic',
    reason: `left of ${from.key}`,
  });
  const added =
    amountNanoUsd > 0n
      ? [adjustment(from.key, -amountNanoUsd), adjustment(into.key, amountNanoUsd)]
      : [];
  const adjustments = [...(budget.adjustments ?? []), ...added];
  const after = { ...budget, adjustments, rolledUntilMs: from.endsAtMs };
  return { ...after, adjustments: keptAdjustments(after, nowMs) };
}
