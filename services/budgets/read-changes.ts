import type { Violation } from '../../domain/ledger/conservation.ts';
import type { ChangedBalances } from '../../domain/ledger/settled-sums.ts';
import { parseBalanceNameOf } from '../../tables/ledger/budget-items.ts';
import { isEntry, ownerOf, parseEntry } from '../../tables/ledger/entry-items.ts';
import { parseScannedWallet } from '../../tables/ledger/wallet-items.ts';
import type { Item } from '../../tables/dynamodb.ts';
import type { TableChange } from '../../tables/table-changes.ts';

/**
 * Adds one change of a ledger item to the balances that it concerns. Items that reached the end of
 * their retention change no sum.
 * @returns what is wrong with the item itself
 */
export function addChange(
  changed: ChangedBalances,
  { before, after }: TableChange,
  nowMs: number,
): Violation | undefined {
  const item = after ?? before;
  if (!item) return undefined;
  const isPastRetention = !after && Number(before?.['ttl'] ?? Infinity) * 1_000 <= nowMs;
  if (isPastRetention) return undefined;
  try {
    if (isEntry(item)) {
      changed.addEntry(before && parseEntry(before), after && parseEntry(after));
      return undefined;
    }
    for (const image of [before, after]) {
      const scanned = image && parseScannedWallet(image);
      if (scanned) changed.addWallet(scanned.organizationId, scanned.wallet);
    }
    const balance = parseBalanceNameOf(item);
    if (balance) changed.addBalance(balance.organizationId, balance.name, !before);
    return undefined;
  } catch (error) {
    return damageOf(item, error);
  }
}

/** Reports an item that cannot be read, by its key. */
export function damageOf(item: Item, error: unknown): Violation {
  const { organizationId, entryKey } = ownerOf(item);
  const message = error instanceof Error ? error.message : String(error);
  return { organizationId, balance: `${entryKey.pk} ${entryKey.sk}`, message };
}
