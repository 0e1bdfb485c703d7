import { isDeepStrictEqual } from 'node:util';
import { countedNanoUsd, type Entry } from '../../domain/ledger/entry.ts';
import { type WalletRecord, withClosing } from '../../domain/ledger/wallet.ts';
import { entryItem } from '../../tables/ledger/entry-items.ts';
import type { Accounts } from './audited-accounts.ts';
import { storedItem } from './stored-values.ts';

/** What one entry adds to one balance. */
type Share = { name: string; open: bigint; charged: bigint; leased: bigint };

/** How an entry stood and stands, taken together with its wallet's record. */
export type Standing = { before: Entry | undefined; after: Entry };

export type Entries = ReturnType<typeof createEntries>;

/**
 * Entries as they are stored, and as they stand: what a wallet is to hold counts from when its
 * record is there, and is closed when its record is.
 */
export function createEntries(accounts: Accounts) {
  const stored = new Map<string, Entry>();
  const standing = new Map<string, Entry>();
  const records = new Map<string, WalletRecord>();
  const held = new Set<string>();
  const shares = new Map<string, Share[]>();

  function standingOf(entry: Entry): Entry | undefined {
    if (!entry.wallet) return entry;
    if (entry.state !== 'reserved') return held.has(entry.entryId) ? entry : undefined;
    const record = records.get(entry.entryId);
    return record?.closing ? withClosing(entry, record.closing) : record && entry;
  }

  function move(share: Share, sign: 1n | -1n): boolean {
    const account = accounts.touch(share.name);
    if (!account) return false;
    account.openNanoUsd += sign * share.open;
    account.chargedNanoUsd += sign * share.charged;
    account.leasedNanoUsd += sign * share.leased;
    return true;
  }

  return {
    stored,
    standing,
    wasHeld: (entryId: string): boolean => held.has(entryId),
    record: (entryId: string): WalletRecord | undefined => records.get(entryId),

    setRecord(entryId: string, record: WalletRecord | undefined): void {
      if (!record) return void records.delete(entryId);
      records.set(entryId, record);
      held.add(entryId);
    },

    /** Follows an entry that the commit has changed, itself or in its wallet. */
    follow(entryId: string): { changed?: Standing | undefined; broken?: string } {
      const entry = stored.get(entryId);
      if (!entry) return {};
      const before = standing.get(entryId);
      const after = standingOf(entry);
      if (!after) return before ? { broken: 'what was held stays known' } : {};
      standing.set(entryId, after);
      const record = records.get(entryId);
      const isOpen = after.state === 'reserved';
      const shared = after.balances.map((name, position) => {
        const open = isOpen ? after.amountNanoUsd : 0n;
        const leased = record && !record.exact.includes(position) ? open : 0n;
        return { name, open, charged: countedNanoUsd(after), leased };
      });
      for (const share of shares.get(entryId) ?? []) move(share, -1n);
      shares.set(entryId, shared);
      const unopened = shared.find((share) => !move(share, 1n));
      if (unopened) return { broken: 'a balance is open before an entry names it' };
      return before?.version === after.version ? {} : { changed: { before, after } };
    },
  };
}

/**
 * The law that a change of a stored entry breaks, if any, as far as its wallet is concerned: before
 * it is held another offer may replace it; then its record decides how it ends; and where it was
 * never held it is voided behind the fence only.
 */
export function brokenByWallet(
  before: Entry | undefined,
  after: Entry,
  known: { record: WalletRecord | undefined; wasHeldBefore: boolean; fenceMs: number },
): string | undefined {
  if (!before) return undefined;
  if (!before.wallet || before.state !== 'reserved') {
    return before.version === after.version ? 'an entry moves one version at a time' : undefined;
  }
  const { record, wasHeldBefore, fenceMs } = known;
  if (after.state === 'reserved') {
    const isFirst = !wasHeldBefore && record !== undefined && after.version === 1;
    const isSame = isFirst && request(before) === request(after);
    return isSame ? undefined : 'an offer is replaced when its wallet holds it, not later';
  }
  if (!wasHeldBefore) {
    const isFenced = after.state === 'voided' && !record && fenceMs >= after.occurredAtMs;
    return isFenced ? undefined : 'what was never held is voided behind the fence';
  }
  if (!record?.closing) return 'an entry closes after its wallet';
  const told = withClosing(before, record.closing);
  const isTold = isDeepStrictEqual(itemOf(told), itemOf(after));
  return isTold ? undefined : 'an entry ends as its wallet says';
}

const itemOf = (entry: Entry): unknown => storedItem(entryItem(entry, 0));

/** What another offer of the same request leaves as it is. */
const request = (entry: Entry): string =>
  [
    entry.entryId,
    entry.organizationId,
    entry.userId,
    entry.wallet?.lane,
    entry.occurredAtMs,
    entry.expiresAtMs,
    entry.requestDigest,
  ].join(' ');
