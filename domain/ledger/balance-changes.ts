import { type Balance, parseBalanceName } from './budget.ts';
import { type CountMove, type EntryCounts, movedCounters } from './counts.ts';
import { countMove } from './entry-counts.ts';
import {
  type BalanceChange,
  chargeChange,
  countedNanoUsd,
  type Entry,
  reservationChange,
} from './entry.ts';
import { sharedBalances, withReturn } from './workflow.ts';

/** A balance of the model that served a request, and whether it counts requests and tokens. */
export type ServingBalance = { name: string; isCounting: boolean };

/**
 * The balances of an entry that another model served than the reserved one, and which of them count:
 * the reserved model's give way to those of the model that served it.
 */
export function servedBy(
  { balances, counts }: Entry,
  serving: readonly ServingBalance[],
): { balances: string[]; counts?: EntryCounts | undefined } {
  const kept = balances.flatMap((name, position) =>
    parseBalanceName(name).scope === 'model'
      ? []
      : [{ name, isCounting: counts?.positions.includes(position) }],
  );
  const all = [...kept, ...serving];
  const positions = all.flatMap(({ isCounting }, position) => (isCounting ? [position] : []));
  return {
    balances: all.map(({ name }) => name),
    ...(counts || positions.length > 0
      ? { counts: { tokens: counts?.tokens ?? 0, positions } }
      : {}),
  };
}

/** What a change of an entry does to one balance, in money and in counts. */
export type NamedChange = { name: string; change: BalanceChange; counts?: CountMove | undefined };

/**
 * What a change of an entry does to every balance that it touches. A balance that the entry leaves
 * gets back what was held or counted for it; one that it joins counts what is charged, in full.
 * @param change what happens to the balances that stay
 * @param returnedNanoUsd what returns to the entry's workflow and stays held in the balances they share
 */
export const balanceChanges = (
  before: Entry,
  after: Entry,
  change: BalanceChange,
  returnedNanoUsd = 0n,
): NamedChange[] => [
  ...after.balances.map((name) => ({
    name,
    change: !before.balances.includes(name)
      ? chargeChange(countedNanoUsd(after))
      : sharedBalances(before).includes(name)
        ? withReturn(change, returnedNanoUsd)
        : change,
    counts: countMove(name, before, after),
  })),
  ...before.balances
    .filter((name) => !after.balances.includes(name))
    .map((name) => ({
      name,
      change: departureOf(before),
      counts: countMove(name, before, after),
    })),
];

/**
 * What a new reservation does to every balance that holds it. Its workflow already holds what it draws.
 */
export const holdChanges = (entry: Entry): NamedChange[] =>
  entry.balances.map((name, position) => ({
    name,
    change: reservationChange(position < (entry.draw?.shared ?? 0) ? 0n : entry.amountNanoUsd),
    counts: countMove(name, undefined, entry),
  }));

/** A balance after a change. */
export const balanceAfter = (
  balance: Balance,
  { change, counts }: Omit<NamedChange, 'name'>,
): Balance => ({
  ...balance,
  headroomNanoUsd: balance.headroomNanoUsd + change.headroomNanoUsd,
  reservedNanoUsd: balance.reservedNanoUsd + change.reservedNanoUsd,
  settledNanoUsd: balance.settledNanoUsd + change.settledNanoUsd,
  ...(balance.counters && counts ? { counters: movedCounters(balance.counters, counts) } : {}),
});

function departureOf(entry: Entry): BalanceChange {
  const heldNanoUsd = entry.state === 'reserved' ? entry.amountNanoUsd : 0n;
  const presumedNanoUsd = countedNanoUsd(entry);
  return {
    headroomNanoUsd: heldNanoUsd + presumedNanoUsd,
    reservedNanoUsd: -heldNanoUsd,
    settledNanoUsd: -presumedNanoUsd,
  };
}
