import { isDeepStrictEqual } from 'node:util';
import { countedNanoUsd, type Entry } from '../../domain/ledger/entry.ts';
import { type WalletRecord, withClosing } from '../../domain/ledger/wallet.ts';
import { entryItem } from '../../tables/ledger/entry-items.ts';
import type { Accounts } from './audited-accounts.ts';
import { isExtension } from './entry-edges.ts';
import { storedItem } from './stored-values.ts';
import { ENTRY_STORAGE } from '../support/world.ts';

/** What one entry adds to one balance. */
type Share = { name: string; open: bigint; charged: bigint; leased: bigint };

/** An entry before and after, combined with its wallet's record. */
export type Standing = { before: Entry | undefined; after: Entry };

export type Entries = ReturnType<typeof createEntries>;

/**
 * Tracks entries as stored and as they count: an entry held by a wallet counts once its record
 * exists and closes when the record does.
 */
export function createEntries(accounts: Accounts) {
  const stored = new Map<string, Entry>();
  const standing = new Map<string, Entry>();
  const records = new Map<string, WalletRecord>();
  const heldIds = new Set<string>();
  const shares = new Map<string, Share[]>();

  function standingOf(entry: Entry): Entry | undefined {
    if (!entry.wallet) return entry;
    if (entry.state !== 'reserved') return heldIds.has(entry.entryId) ? entry : undefined;
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
    wasHeld: (entryId: string): boolean => heldIds.has(entryId),
    record: (entryId: string): WalletRecord | undefined => records.get(entryId),

    setRecord(entryId: string, record: WalletRecord | undefined): void {
      if (!record) return void records.delete(entryId);
      records.set(entryId, record);
      heldIds.add(entryId);
    },

    /** Follows an entry that the commit changed, directly or in its wallet. */
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
 * The wallet-related law that a change of a stored entry breaks, if any. Before it is held, another
 * offer may replace it; then its record decides how it ends. An entry that was never held may be
 * voided only behind the fence.
 */
export function brokenByWallet(
  before: Entry | undefined,
  after: Entry,
  facts: { record: WalletRecord | undefined; wasHeldBefore: boolean; fenceMs: number },
): string | undefined {
  if (!before) return undefined;
  const { record, wasHeldBefore, fenceMs } = facts;
  if (isExtension(before, after)) {
    const isOpen = !before.wallet || (record && !record.closing);
    const isSameEnd = !before.wallet || record?.expiresAtMs === after.expiresAtMs;
    return isOpen && isSameEnd ? undefined : 'an entry is extended with its record';
  }
  if (!before.wallet || before.state !== 'reserved') {
    return before.version === after.version ? 'an entry moves one version at a time' : undefined;
  }
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

const itemOf = (entry: Entry): unknown => storedItem(entryItem(entry, ENTRY_STORAGE));

/** What a different offer for the same request must keep. */
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
