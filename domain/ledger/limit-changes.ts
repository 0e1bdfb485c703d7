import type { NanoUsd } from '../money.ts';
import { type Balance, type BalanceRef, sharesOf } from './budget.ts';
import type { CountLimits } from './counts.ts';

/** What a new limit does to one lane of a balance. */
export type LimitChange = {
  ref: BalanceRef;
  was: Balance | undefined;
  limitNanoUsd: NanoUsd;
  /** What the lane allows in requests and tokens; absent if the budget limits neither. */
  countLimits?: CountLimits | undefined;
  /** Opens the lane next to others that are already open. */
  isNewLane?: boolean | undefined;
  /** What the headroom must have for money to be taken out of it. */
  neededNanoUsd?: NanoUsd | undefined;
};

/**
 * What a new limit does to every lane of one period. The difference is spread over the open lanes,
 * additional lanes open empty, and a period without activity stays unopened. A period can have
 * fewer open lanes than its budget if lanes were added when the period was out of reach.
 * @param refs one per lane that the budget has from now on
 * @param balances current balances of those lanes
 * @param countLimits limits of requests and tokens, which only a budget with one lane has
 */
export function limitChanges(
  refs: BalanceRef[],
  balances: (Balance | undefined)[],
  limitNanoUsd: NanoUsd,
  countLimits?: CountLimits,
): LimitChange[] {
  const isOpen = balances[0] !== undefined;
  if (!isOpen) return refs.map((ref) => ({ ref, was: undefined, limitNanoUsd: 0n }));
  const open = balances.filter((balance) => balance !== undefined);
  const sumNanoUsd = open.reduce((sum, each) => sum + each.limitNanoUsd, 0n);
  const shares = sharesOf(limitNanoUsd - sumNanoUsd, open.length);
  return refs.map((ref, lane) => {
    const was = balances[lane];
    if (!was) return { ref, was, limitNanoUsd: 0n, isNewLane: true };
    return { ref, was, limitNanoUsd: was.limitNanoUsd + (shares[lane] ?? 0n), countLimits };
  });
}
