import type { NanoUsd } from '../money.ts';
import { type Balance, type BalanceRef, sharesOf } from './budget.ts';

/** What a changed limit does to one lane of a balance. */
export type LimitChange = {
  ref: BalanceRef;
  was: Balance | undefined;
  limitNanoUsd: NanoUsd;
  /** Opens it, beside lanes that are open. */
  isNewLane?: boolean | undefined;
};

/**
 * What a new limit does to every lane of one period: the difference is spread over the lanes that
 * are open, further lanes open empty, and a period that nothing has touched stays unopened. A period
 * may have fewer lanes open than its budget had: lanes were added when it was out of reach.
 * @param refs as many lanes as there are from now on
 * @param balances of those lanes, as they stand
 */
export function limitChanges(
  refs: BalanceRef[],
  balances: (Balance | undefined)[],
  limitNanoUsd: NanoUsd,
): LimitChange[] {
  const isOpen = balances[0] !== undefined;
  if (!isOpen) return refs.map((ref) => ({ ref, was: undefined, limitNanoUsd: 0n }));
  const open = balances.filter((balance) => balance !== undefined);
  const sumNanoUsd = open.reduce((sum, each) => sum + each.limitNanoUsd, 0n);
  const shares = sharesOf(limitNanoUsd - sumNanoUsd, open.length);
  return refs.map((ref, lane) => {
    const was = balances[lane];
    if (!was) return { ref, was, limitNanoUsd: 0n, isNewLane: true };
    return { ref, was, limitNanoUsd: was.limitNanoUsd + (shares[lane] ?? 0n) };
  });
}
