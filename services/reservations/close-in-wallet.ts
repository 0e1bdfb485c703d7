import { isDeepStrictEqual } from 'node:util';
import type { Claimed } from '../../domain/ledger/claim.ts';
import { type Entry, voidEntry } from '../../domain/ledger/entry.ts';
import { planClose } from '../../domain/ledger/plan-close.ts';
import {
  emptyWallet,
  isInWallet,
  noChange,
  type Wallet,
  type WalletEntry,
  type WalletRecord,
  walletRefOf,
  withClosing,
} from '../../domain/ledger/wallet.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import type { StandingsReader } from '../budgets/budget-standings.ts';
import type { WalletStore } from '../../tables/ledger/wallets.ts';

export type WalletClosingDeps = {
  ledger: LedgerStore;
  wallets: WalletStore;
  /** Takes note of changes, in a process that also holds. */
  standings?: Pick<StandingsReader, 'usersWallets' | 'noteWallet'> | undefined;
};

export type WalletClosing =
  | { kind: 'closed'; entry: Entry }
  /** It had already ended, was extended, or its offer was replaced, as the entry says. */
  | { kind: 'ended'; entry: Entry }
  /** Not in the wallet: it was never held, or its entry has been closed since. */
  | { kind: 'unheld' }
  | { kind: 'conflict' };

/** What is known about a reservation's record and its wallet. */
type View = { wallet: Wallet; record: WalletRecord; hasLease: (name: string) => boolean };

/** What the entry implies before its wallet is read. The write's conditions verify it. */
const unread = (entry: WalletEntry): View => ({
  wallet: { ...emptyWallet(walletRefOf(entry)), exists: true },
  record: { amountNanoUsd: entry.amountNanoUsd, exact: entry.wallet.exact },
  hasLease: () => true,
});

/**
 * Closes a reservation in its wallet, which decides, then in its entry. In between, its record in
 * the wallet says how it ended, so any process can finish the entry. The first attempt reads
 * nothing; if the wallet differs, the failed write returns it for the next attempt.
 */
export async function closeInWallet(
  { ledger, wallets, standings }: WalletClosingDeps,
  before: WalletEntry,
  after: Entry,
  claimed?: Claimed,
): Promise<WalletClosing> {
  const { entryId, organizationId } = before;
  let view = unread(before);
  for (;;) {
    const { change, moves } = planClose(after, view.record, view.hasLease, before);
    const ending = { before, after, claimed };
    const result = await wallets.change(organizationId, view.wallet, change, { moves, ending });
    if (result.kind === 'conflict') return result;
    if (result.kind === 'refused') throw new Error(`a balance of entry ${entryId} is missing`);
    if (result.kind === 'done') {
      const { ref } = view.wallet;
      standings?.noteWallet(organizationId, ref, change, moves);
      const entry = await finish(ledger, before, after);
      standings?.usersWallets.noteFinished(organizationId, ref, entryId);
      return { kind: 'closed', entry };
    }
    const { wallet } = result;
    const record = wallet.records.get(entryId);
    if (!record) return { kind: 'unheld' };
    if (record.closing) {
      const ended = withClosing(before, record.closing);
      return { kind: 'ended', entry: await finish(ledger, before, ended) };
    }
    const stored = await changedSince(ledger, before, record);
    if (stored) return { kind: 'ended', entry: stored };
    view = { wallet, record, hasLease: (name) => wallet.leases.has(name) };
  }
}

/**
 * The entry that the wallet holds, if it was read before it was extended, or before another offer
 * replaced it. The positions that hold the amount themselves differ then.
 */
async function changedSince(
  ledger: LedgerStore,
  { entryId, wallet, counts, expiresAtMs: readEndMs }: WalletEntry,
  { exact, expiresAtMs = readEndMs }: WalletRecord,
): Promise<Entry | undefined> {
  if (expiresAtMs !== readEndMs) return ledger.getReservation(entryId);
  if (exact.join(' ') === wallet.exact.join(' ')) return undefined;
  const stored = await ledger.getReservation(entryId);
  return stored && !isDeepStrictEqual(stored.counts, counts) ? stored : undefined;
}

/** Writes the wallet's decision to the entry, unless another process already did. */
async function finish(ledger: LedgerStore, before: Entry, after: Entry): Promise<Entry> {
  const result = await ledger.finish(before, after);
  return result.kind === 'changed' && result.entry ? result.entry : after;
}

/**
 * An open entry as its wallet has it. If the wallet has closed it, the entry is brought in line.
 * @returns `undefined` if the wallet does not hold it
 */
export async function standingInWallet(
  { ledger, wallets }: WalletClosingDeps,
  entry: WalletEntry,
): Promise<Entry | undefined> {
  const { records } = await wallets.get(entry.organizationId, walletRefOf(entry));
  const record = records.get(entry.entryId);
  return record?.closing
    ? finish(ledger, entry, withClosing(entry, record.closing))
    : record && entry;
}

/** Whether a wallet holds, or has held, an open entry's money. */
export async function isHeld(
  { wallets }: Pick<WalletClosingDeps, 'wallets'>,
  entry: Entry,
): Promise<boolean> {
  if (!isInWallet(entry)) return true;
  const { records } = await wallets.get(entry.organizationId, walletRefOf(entry));
  return records.has(entry.entryId);
}

/**
 * Closes an expired entry that its wallet does not hold, because the process that stored it died or
 * was refused. The fence blocks a hold that is still in flight.
 * @returns the current entry, still open if its wallet holds it after all
 */
export async function voidUnheld(
  { ledger, wallets }: WalletClosingDeps,
  entry: WalletEntry,
  nowMs: number,
): Promise<Entry> {
  const { organizationId, entryId, occurredAtMs: atMs } = entry;
  const wallet = await wallets.get(organizationId, walletRefOf(entry));
  if (wallet.records.has(entryId)) return entry;
  if (wallet.fenceMs < atMs) {
    const fence = { entryId, atMs };
    const result = await wallets.change(
      organizationId,
      wallet,
      { ...noChange(), fence },
      { moves: [] },
    );
    if (result.kind !== 'done') return entry;
  }
  const voided = voidEntry(entry, nowMs);
  return voided.kind === 'change' ? finish(ledger, entry, voided.entry) : entry;
}
