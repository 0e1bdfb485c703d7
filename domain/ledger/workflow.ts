import type { NanoUsd } from '../money.ts';
import { balanceNameOf, type BudgetStanding, parseBalanceName } from './budget.ts';
import type { Wallet } from './wallet.ts';
import type { BalanceChange, Entry } from './entry.ts';

/** An entry that holds the money of a whole workflow. */
export type Workflow = Entry & { openedNanoUsd: NanoUsd };

export const isWorkflow = (entry: Entry): entry is Workflow => entry.openedNanoUsd !== undefined;

/** What the calls of a workflow can still draw; nothing once it is closed or past its end. */
export const restOf = (
  { state, amountNanoUsd, expiresAtMs = 0 }: Workflow,
  nowMs: number,
): NanoUsd => (state === 'reserved' && expiresAtMs > nowMs ? amountNanoUsd : 0n);

/** What a workflow has for a call, as facts of one decision. */
export type Drawable = { workflow: Workflow; restNanoUsd: NanoUsd };

/**
 * The standings of a call that its workflow may pay for. Balances that the workflow holds come first,
 * in its order and in its lanes, and need no headroom for what the workflow has left. If a budget has
 * begun another period since the workflow was opened, nothing can be drawn: the call belongs to the
 * new period.
 * @param wallet what it has idle cannot hold the part of a call that the workflow does not pay
 * @returns `undefined` if the call does not touch every balance that the workflow holds
 */
export function drawnStandings(
  standings: readonly BudgetStanding[],
  { workflow, restNanoUsd }: Drawable,
  wallet: Wallet | undefined,
): BudgetStanding[] | undefined {
  const byName = new Map(standings.map((each) => [wholeName(balanceNameOf(each.home.ref)), each]));
  const shared = workflow.balances.flatMap((name) => {
    const standing = byName.get(wholeName(name));
    if (!standing) return [];
    const home = { ...standing.home, ref: parseBalanceName(name) };
    return [{ ...standing, home, drawableNanoUsd: restNanoUsd }];
  });
  if (shared.length < workflow.balances.length) return undefined;
  const names = new Set(workflow.balances.map(wholeName));
  const others = standings.filter(({ home }) => !names.has(wholeName(balanceNameOf(home.ref))));
  return [...shared, ...others.map((standing) => withoutIdle(standing, wallet))];
}

/** A standing without what the user's wallet has idle: only the balance itself can hold a workflow. */
export function withoutIdle(standing: BudgetStanding, wallet: Wallet | undefined): BudgetStanding {
  const { balance, home } = standing;
  const { idleNanoUsd = 0n } = wallet?.leases.get(balanceNameOf(home.ref)) ?? {};
  const headroomNanoUsd = balance.headroomNanoUsd - idleNanoUsd;
  const lentNanoUsd = balance.lentNanoUsd + idleNanoUsd;
  return { ...standing, balance: { ...balance, headroomNanoUsd, lentNanoUsd } };
}

/** A balance's name without its lane. */
const wholeName = (name: string): string => name.split('~')[0] ?? name;

/** Names of the balances that an entry shares with its workflow. */
export const sharedBalances = ({ draw, balances }: Entry): string[] =>
  balances.slice(0, draw?.shared ?? 0);

/** What happens to a shared balance if this amount returns to the workflow: that part stays held. */
export const withReturn = (change: BalanceChange, returnedNanoUsd: NanoUsd): BalanceChange => ({
  ...change,
  headroomNanoUsd: change.headroomNanoUsd - returnedNanoUsd,
  reservedNanoUsd: change.reservedNanoUsd + returnedNanoUsd,
});
