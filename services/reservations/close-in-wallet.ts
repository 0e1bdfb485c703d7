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
import type { WalletStore } from '../../tables/ledger/wallets.ts';

type Deps = { ledger: LedgerStore; wallets: WalletStore };

export type WalletClosing =
  | { kind: 'closed'; entry: Entry }
  /** It had ended before, in this way. */
  | { kind: 'ended'; entry: Entry }
  /** The wallet does not know it: it was never held, or its entry has been closed since. */
  | { kind: 'unheld' }
  | { kind: 'conflict' };

/** A reservation's record and its wallet, as far as they are known. */
type View = { wallet: Wallet; record: WalletRecord; hasLease: (name: string) => boolean };

/** What the entry says before its wallet is read: the conditions of the write tell whether it is so. */
const unread = (entry: WalletEntry): View => ({
  wallet: { ...emptyWallet(walletRefOf(entry)), exists: true },
  record: { amountNanoUsd: entry.amountNanoUsd, exact: entry.wallet.exact },
  hasLease: () => true,
});

/**
 * Closes a reservation in its wallet, which decides, then in its entry. Between the two its record
 * in the wallet says how it ended, so that anybody can finish the entry. The first try is made
 * without a read; a wallet that was different is in the answer, and the next try knows it.
 */
export async function closeInWallet(
  { ledger, wallets }: Deps,
  before: WalletEntry,
  after: Entry,
  claimed?: Claimed,
): Promise<WalletClosing> {
  const { entryId, organizationId } = before;
  let view = unread(before);
  for (;;) {
    const { change, moves } = planClose(after, view.record, view.hasLease);
    const ending = { before, after, claimed };
    const result = await wallets.change(organizationId, view.wallet, change, { moves, ending });
    if (result.kind === 'conflict') return result;
    if (result.kind === 'refused') throw new Error(`a balance of entry ${entryId} is missing`);
    if (result.kind === 'done') {
      return { kind: 'closed', entry: await finish(ledger, before, after) };
    }
    const { wallet } = result;
    const record = wallet.records.get(entryId);
    if (!record) return { kind: 'unheld' };
    if (record.closing) {
      const ended = withClosing(before, record.closing);
      return { kind: 'ended', entry: await finish(ledger, before, ended) };
    }
    view = { wallet, record, hasLease: (name) => wallet.leases.has(name) };
  }
}

/** Writes the entry as its wallet has decided, unless somebody else has done it. */
async function finish(ledger: LedgerStore, before: Entry, after: Entry): Promise<Entry> {
  const result = await ledger.finish(before, after);
  return result.kind === 'changed' && result.entry ? result.entry : after;
}

/** Whether a wallet holds an open entry's money, or has held it. */
export async function isHeld({ wallets }: Pick<Deps, 'wallets'>, entry: Entry): Promise<boolean> {
  if (!isInWallet(entry)) return true;
  const { records } = await wallets.get(entry.organizationId, walletRefOf(entry));
  return records.has(entry.entryId);
}

/**
 * Closes an expired entry that its wallet does not hold: the process that stored it died or was
 * refused. The fence blocks a hold that is still on its way.
 * @returns the entry as it stands, still open when its wallet holds it after all
 */
export async function voidUnheld(
  { ledger, wallets }: Deps,
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
