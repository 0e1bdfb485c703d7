import { isDeepStrictEqual } from 'node:util';
import { holdMove } from '../../domain/ledger/entry-counts.ts';
import { notesHold } from '../../domain/ledger/hold-end.ts';
import {
  balanceNameOf,
  balanceRefAt,
  type BudgetStanding,
  limitsMoney,
} from '../../domain/ledger/budget.ts';
import { type Entry, reservationChange } from '../../domain/ledger/entry.ts';
import { type HoldTarget, planHold } from '../../domain/ledger/plan-hold.ts';
import type { Wallet, WalletEntry } from '../../domain/ledger/wallet.ts';
import type { EntryWrite } from '../../tables/ledger/wallets.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import { invalidField } from '../errors.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import { levelLanes, type RoomDeps } from '../budgets/make-room.ts';

export type HoldDeps = RoomDeps & {
  ledger: LedgerStore;
  standings: Pick<StandingsReader, 'usersWallets' | 'noteWallet'>;
};

export type Holding =
  | { kind: 'held'; entry: Entry }
  /** This key already has an entry. */
  | { kind: 'exists'; entry: Entry }
  | { kind: 'key-used'; reservationId: string; requestDigest: string }
  /**
   * `again`: the facts have changed since they were read, so read and decide again. `conflict`:
   * retry the same after a pause. `storedEntry` is an entry that was stored nonetheless.
   */
  | { kind: 'again' | 'conflict'; storedEntry?: WalletEntry | undefined };

/**
 * The wallet that holds an amount, the budgets to hold it in, and the ones to borrow ahead from.
 */
export type HoldSources = {
  standings: BudgetStanding[];
  ahead: BudgetStanding[];
  wallet: Wallet;
};

/** Once a wallet has this many closed records, a hold removes them. */
const PRUNE_FROM = 4;
const PRUNE_AT_MOST = 50;
/** A lane that runs short takes enough for many more requests. */
const LEVEL_REQUESTS = 16n;

/**
 * Holds an entry's amount in the balances themselves and stores the entry, in one transaction.
 * @param how `isRemembered`: the standings come from memory, so the write checks what they say
 */
export async function holdExactly(
  deps: HoldDeps,
  entry: Entry,
  standings: BudgetStanding[],
  { opaqueKey, isRemembered = false }: { opaqueKey: string | undefined; isRemembered?: boolean },
): Promise<Holding> {
  const affected = standings.map((standing) => ({
    ref: standing.home.ref,
    // What costs nothing fits a budget that is overdrawn.
    enforce: limitsMoney(standing.budget) && entry.amountNanoUsd > 0n,
    counts: holdMove(standing, entry),
    holdEndsAtMs: notesHold(standing.home.balance, entry.occurredAtMs)
      ? entry.expiresAtMs
      : undefined,
    ...(isRemembered ? guardsOf(standing, entry) : {}),
  }));
  const change = reservationChange(entry.amountNanoUsd);
  const result = await deps.ledger.reserve(entry, affected, change, opaqueKey);
  if (result.kind === 'done') return { kind: 'held', entry };
  if (result.kind === 'exists' || result.kind === 'key-used') return result;
  if (result.kind !== 'no-headroom') return { kind: 'conflict' };
  await levelShort(deps, entry, standings);
  return { kind: 'again' };
}

/**
 * What a hold from memory checks of a budget: that it fits, even if the budget did not enforce, and
 * that the budget still limits the same.
 */
const guardsOf = (standing: BudgetStanding, entry: Entry) => ({
  enforce: standing.budget.limitNanoUsd !== undefined,
  counts: holdMove(standing, entry, true),
  remembered: standing.home.balance,
});

/**
 * Holds an entry's amount in a wallet. If the wallet's leases cover the amount, stores the entry
 * first, so that the sweeper finds it if this process dies, and then writes only the wallet. If a
 * balance changes as well, everything happens in one transaction.
 * @param storedEntry the entry stored by an earlier attempt of the same request
 */
export async function holdByWallet(
  deps: HoldDeps,
  offered: Entry,
  { standings, ahead, wallet }: HoldSources,
  {
    storedEntry,
    opaqueKey,
  }: { storedEntry: WalletEntry | undefined; opaqueKey: string | undefined },
): Promise<Holding> {
  const { organizationId, entryId } = offered;
  const plan = planHold(
    wallet,
    offered,
    standings.map((standing) => targetOf(standing, offered)),
    ahead.map((standing) => targetOf(standing)),
  );
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
  const isAlone = plan.moves.length === 0;
  const [put, prune] = await Promise.all([
    storedEntry || !isAlone ? undefined : deps.ledger.put(entry, opaqueKey),
    finishedIn(deps, organizationId, wallet),
  ]);
  if (put && put.kind !== 'done') return put;
  const change = { ...plan.change, prune };
  const write = writeWith(entry, { storedEntry, isAlone, opaqueKey });
  const result = write
    ? await deps.wallets.changeWithEntry(organizationId, wallet, change, {
        moves: plan.moves,
        write,
      })
    : await deps.wallets.change(organizationId, wallet, change, { moves: plan.moves });
  const left: Holding = { kind: 'again', storedEntry: put ? entry : storedEntry };
  switch (result.kind) {
    case 'done':
      deps.standings.noteWallet(organizationId, wallet.ref, change, plan.moves);
      return { kind: 'held', entry: write?.entry ?? entry };
    case 'exists':
    case 'key-used':
      return result;
    case 'conflict':
      return { ...left, kind: 'conflict' };
    case 'refused': {
      const stored = storedEntry && (await deps.ledger.getReservation(entryId));
      return stored ? { kind: 'exists', entry: stored } : left;
    }
    case 'moved':
      deps.standings.usersWallets.noteOutdated(organizationId, wallet.ref);
      return (await heldBefore(deps, entry, result.wallet)) ?? left;
  }
}

/** How to write the entry in the wallet's transaction; `undefined` if it was stored on its own. */
function writeWith(
  entry: WalletEntry,
  way: { storedEntry: WalletEntry | undefined; isAlone: boolean; opaqueKey: string | undefined },
): EntryWrite | undefined {
  const { storedEntry, isAlone, opaqueKey } = way;
  // The stored entry may be closed by now and must not be held again.
  if (storedEntry)
    return { kind: 'replace', entry: isSameOffer(storedEntry, entry) ? storedEntry : entry };
  return isAlone ? undefined : { kind: 'put', entry, opaqueKey };
}

/**
 * The stored entry, if its wallet already holds it.
 * @throws ServiceError `invalid-request` if the wallet no longer accepts entries this old
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
  throw invalidField('Idempotency-Key', 'is too old; send a new key');
}

/** @param entry what the target holds; absent if it only lends */
const targetOf = (standing: BudgetStanding, entry?: Entry): HoldTarget => ({
  name: balanceNameOf(standing.home.ref),
  budget: standing.budget,
  home: standing.home.balance,
  counts: entry && holdMove(standing, entry),
});

const isSameOffer = (a: Entry, b: Entry): boolean =>
  a.model === b.model &&
  a.amountNanoUsd === b.amountNanoUsd &&
  a.balances.join(' ') === b.balances.join(' ') &&
  isDeepStrictEqual(a.counts, b.counts);

/** The closed records of a wallet whose entries are closed too, once there are several. */
async function finishedIn(
  { ledger, standings }: HoldDeps,
  organizationId: string,
  { ref, records }: Wallet,
): Promise<string[]> {
  const closed = [...records]
    .filter(([, { closing }]) => closing !== undefined)
    .map(([entryId]) => entryId)
    .slice(0, PRUNE_AT_MOST);
  if (closed.length < PRUNE_FROM) return [];
  const finished = standings.usersWallets.finishedIn(organizationId, ref);
  const unknown = closed.filter((entryId) => !finished.has(entryId));
  const read = unknown.length === 0 ? [] : await ledger.listClosed(unknown);
  return [...closed.filter((entryId) => finished.has(entryId)), ...read];
}

/** Moves headroom to lanes that run short. */
export async function levelShort(
  deps: HoldDeps,
  { organizationId, amountNanoUsd }: Entry,
  standings: readonly BudgetStanding[],
  idleIn: (balanceName: string) => bigint = () => 0n,
): Promise<void> {
  for (const standing of standings) {
    const { budget, home } = standing;
    const coveredNanoUsd = home.balance.headroomNanoUsd + idleIn(balanceNameOf(home.ref));
    if (limitsMoney(budget) && coveredNanoUsd < amountNanoUsd) {
      await levelLanes(deps, organizationId, standing, amountNanoUsd * LEVEL_REQUESTS);
    }
  }
}

/** Whether an entry is charged to this budget's balance at the current time. */
export const isHolding = (entry: Entry, { budget }: BudgetStanding): boolean => {
  const whole = balanceNameOf(balanceRefAt(budget, entry.occurredAtMs));
  return entry.balances.some((name) => name.split('~')[0] === whole);
};
