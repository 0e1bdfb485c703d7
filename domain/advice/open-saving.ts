import { minNanoUsd, type NanoUsd } from '../money.ts';
import { bySaving } from './by-saving.ts';
import type { Recommendation } from './recommendation.ts';

/** Open advice that is counted once: that of a route together, other advice alone. */
export type OpenGroup<Item extends Recommendation = Recommendation> = {
  /** The advice that surely saves most. */
  best: Item;
  others: Item[];
  /** What all of it saves together. */
  netNanoUsdPerMonth: NanoUsd;
};

/**
 * Open advice in groups whose net savings add up, the largest first. Questions and advice that saves no
 * money are left out. A group never counts more than its open members save by themselves, because
 * others of it may have been decided since its net saving was computed.
 */
export function openGroupsOf<Item extends Recommendation & { state: string }>(
  items: readonly Item[],
): OpenGroup<Item>[] {
  const open = items
    .filter(
      ({ state, isQuestion, savingNanoUsdPerMonth }) =>
        state === 'open' && !isQuestion && savingNanoUsdPerMonth > 0n,
    )
    .toSorted(bySaving);
  const groups = Map.groupBy(open, ({ id, group }) => group?.id ?? id);
  return [...groups.values()]
    .flatMap(([best, ...others]) =>
      best ? [{ best, others, netNanoUsdPerMonth: netOf([best, ...others]) }] : [],
    )
    .toSorted((one, other) => (one.netNanoUsdPerMonth > other.netNanoUsdPerMonth ? -1 : 1));
}

/** What open advice saves together per 30 days, each group counted once. */
export const openSavingOf = (items: readonly (Recommendation & { state: string })[]): NanoUsd =>
  openGroupsOf(items).reduce((total, { netNanoUsdPerMonth }) => total + netNanoUsdPerMonth, 0n);

function netOf(members: readonly Recommendation[]): NanoUsd {
  const sum = members.reduce(
    (total, { savingNanoUsdPerMonth }) => total + savingNanoUsdPerMonth,
    0n,
  );
  return minNanoUsd(
    sum,
    ...members.flatMap(({ group }) => (group ? [group.netSavingNanoUsdPerMonth] : [])),
  );
}
