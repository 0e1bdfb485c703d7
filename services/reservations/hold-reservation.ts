import { invalidField } from '../../contracts/problem.ts';
import { balanceNameOf, balanceRefAt, type BudgetStanding } from '../../domain/ledger/budget.ts';
import { type Entry, reservationChange } from '../../domain/ledger/entry.ts';
import { type Held, planHold } from '../../domain/ledger/plan-hold.ts';
import type { Wallet, WalletEntry } from '../../domain/ledger/wallet.ts';
import type { EntryWrite } from '../../tables/ledger/wallets.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { levelLanes, type RoomDeps } from '../budgets/make-room.ts';

export type HoldDeps = RoomDeps & { ledger: LedgerStore };

export type Holding =
  | { kind: 'held'; entry: Entry }
  /** An entry of this key stands. */
  | { kind: 'exists'; entry: Entry }
  | { kind: 'key-used'; reservationId: string; requestDigest: string }
  /**
   * `again`: what it was decided from has changed, read and decide again; `conflict`: nothing was
   * decided, try the same again after a pause. `placed` was stored all the same.
   */
  | { kind: 'again' | 'conflict'; placed?: WalletEntry | undefined };

/** The wallet that holds an amount, the budgets to hold it in, and those to borrow ahead from. */
export type HoldSources = {
  standings: BudgetStanding[];
  ahead: BudgetStanding[];
  wallet: Wallet;
};

/** From so many on, closed records are looked up and removed from a wallet. */
const PRUNE_FROM = 4;
const PRUNE_AT_MOST = 50;
/** A lane that needs money takes enough for many more requests. */
const LEVEL_REQUESTS = 16n;

/** Holds an entry's amount in every balance itself, with the entry, in one transaction. */
export async function holdExactly(
  deps: HoldDeps,
  entry: Entry,
  standings: BudgetStanding[],
  opaqueKey: string | undefined,
): Promise<Holding> {
  const affected = standings.map(({ budget, home }) => ({
    ref: home.ref,
    enforce: budget.enforcement === 'enforce',
  }));
  const change = reservationChange(entry.amountNanoUsd);
  const result = await deps.ledger.reserve(entry, affected, change, opaqueKey);
  if (result.kind === 'done') return { kind: 'held', entry };
  if (result.kind === 'exists' || result.kind === 'key-used') return result;
  if (result.kind !== 'no-headroom') return { kind: 'conflict' };
  await levelShort(deps, entry, standings, () => 0n);
  return { kind: 'again' };
}

/**
 * Holds an entry's amount by a wallet. Where its leases cover the amount, first the entry is put, so
 * that whatever happens then is found by the sweeper; then the wallet changes, alone. Where a balance
 * moves as well, all happens in one transaction.
 * @param placed an entry that an earlier attempt of the same request has put
 */
export async function holdByWallet(
  deps: HoldDeps,
  offered: Entry,
  { standings, ahead, wallet }: HoldSources,
  placed: WalletEntry | undefined,
  opaqueKey: string | undefined,
): Promise<Holding> {
  const { organizationId, entryId } = offered;
  const plan = planHold(wallet, offered, standings.map(heldOf), ahead.map(heldOf));
  if (plan.kind === 'short') {
    await levelShort(
      deps,
      offered,
      standings,
      (name) => wallet.leases.get(name)?.idleNanoUsd ?? 0n,
    );
    return { kind: 'again' };
  }
  const entry = { ...offered, wallet: { lane: wallet.ref.lane, exact: plan.exact } };
  const closed = closedIn(wallet);
  const isAlone = plan.moves.length === 0;
  const [put, prune] = await Promise.all([
    placed || !isAlone ? undefined : deps.ledger.put(entry, opaqueKey),
    closed.length < PRUNE_FROM ? [] : deps.ledger.listClosed(closed),
  ]);
  if (put && put.kind !== 'done') return put;
  const change = { ...plan.change, prune };
  const write = writeWith(entry, { placed, isAlone, opaqueKey });
  const result = write
    ? await deps.wallets.changeWithEntry(organizationId, wallet, change, plan.moves, write)
    : await deps.wallets.change(organizationId, wallet, change, plan.moves);
  const left: Holding = { kind: 'again', placed: put ? entry : placed };
  switch (result.kind) {
    case 'done':
      return { kind: 'held', entry: write?.entry ?? entry };
    case 'exists':
    case 'key-used':
      return result;
    case 'conflict':
      return { ...left, kind: 'conflict' };
    case 'refused': {
      const stored = placed && (await deps.ledger.getReservation(entryId));
      return stored ? { kind: 'exists', entry: stored } : left;
    }
    case 'moved':
      return (await heldBefore(deps, entry, result.wallet)) ?? left;
  }
}

/** How the entry is written along with its wallet; not at all where it was put before, alone. */
function writeWith(
  entry: WalletEntry,
  way: { placed: WalletEntry | undefined; isAlone: boolean; opaqueKey: string | undefined },
): EntryWrite | undefined {
  const { placed, isAlone, opaqueKey } = way;
  // What was put before may be closed by now: then it is not held again.
  if (placed) return { kind: 'replace', entry: isSameOffer(placed, entry) ? placed : entry };
  return isAlone ? undefined : { kind: 'put', entry, opaqueKey };
}

/**
 * The entry as it stands, where its wallet holds it already.
 * @throws ProblemError `invalid-request` where the wallet holds nothing of its time any more
 */
async function heldBefore(
  { ledger }: HoldDeps,
  entry: WalletEntry,
  { records, fenceMs }: Wallet,
): Promise<Holding | undefined> {
  if (records.has(entry.entryId)) {
    return { kind: 'exists', entry: (await ledger.getReservation(entry.entryId)) ?? entry };
  }
  if (fenceMs < entry.occurredAtMs) return undefined;
  throw invalidField('Idempotency-Key', 'is too old by now: make a new key and try again');
}

const heldOf = ({ budget, home }: BudgetStanding): Held => ({
  name: balanceNameOf(home.ref),
  budget,
  home: home.balance,
});

const isSameOffer = (a: Entry, b: Entry): boolean =>
  a.model === b.model &&
  a.amountNanoUsd === b.amountNanoUsd &&
  a.balances.join(' ') === b.balances.join(' ');

const closedIn = ({ records }: Wallet): string[] =>
  [...records]
    .filter(([, { closing }]) => closing !== undefined)
    .map(([entryId]) => entryId)
    .slice(0, PRUNE_AT_MOST);

/** Lets lanes that have headroom help those that lack it. */
async function levelShort(
  deps: HoldDeps,
  { organizationId, amountNanoUsd }: Entry,
  standings: BudgetStanding[],
  idleIn: (balanceName: string) => bigint,
): Promise<void> {
  for (const standing of standings) {
    const { budget, home } = standing;
    const coveredNanoUsd = home.balance.headroomNanoUsd + idleIn(balanceNameOf(home.ref));
    if (budget.enforcement === 'enforce' && coveredNanoUsd < amountNanoUsd) {
      await levelLanes(deps, organizationId, standing, amountNanoUsd * LEVEL_REQUESTS);
    }
  }
}

/** Whether a budget's balance of this instant is among those that an entry names. */
export const isHolding = (entry: Entry, { budget }: BudgetStanding): boolean => {
  const whole = balanceNameOf(balanceRefAt(budget, entry.occurredAtMs));
  return entry.balances.some((name) => name.split('~')[0] === whole);
};
