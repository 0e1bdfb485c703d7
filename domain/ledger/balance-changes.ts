import { parseBalanceName } from './budget.ts';
import { type BalanceChange, chargeChange, countedNanoUsd, type Entry } from './entry.ts';

/**
 * The balances of an entry that another model served than the reserved one: the reserved model's give
 * way to those of the model that served it.
 * @param serving names of the balances of the serving model's budgets
 */
export const balancesServedBy = ({ balances }: Entry, serving: readonly string[]): string[] => [
  ...balances.filter((name) => parseBalanceName(name).scope !== 'model'),
  ...serving,
];

/** What a change of an entry does to one balance. */
export type NamedChange = { name: string; change: BalanceChange };

/**
 * What a change of an entry does to every balance that it touches. A balance that the entry leaves
 * gets back what was held or counted for it; one that it joins counts what is charged, in full.
 * @param change what happens to the balances that stay
 */
export const balanceChanges = (
  before: Entry,
  after: Entry,
  change: BalanceChange,
): NamedChange[] => [
  ...after.balances.map((name) => ({
    name,
    change: before.balances.includes(name) ? change : chargeChange(countedNanoUsd(after)),
  })),
  ...before.balances
    .filter((name) => !after.balances.includes(name))
    .map((name) => ({ name, change: departureOf(before) })),
];

function departureOf(entry: Entry): BalanceChange {
  const heldNanoUsd = entry.state === 'reserved' ? entry.amountNanoUsd : 0n;
  const presumedNanoUsd = countedNanoUsd(entry);
  return {
    headroomNanoUsd: heldNanoUsd + presumedNanoUsd,
    reservedNanoUsd: -heldNanoUsd,
    settledNanoUsd: -presumedNanoUsd,
  };
}
