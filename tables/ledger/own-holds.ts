import type { Entry } from '../../domain/ledger/entry.ts';
import { emptyWallet, isInWallet, noChange, walletRefOf } from '../../domain/ledger/wallet.ts';
import { text } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Key, PutWrite } from '../dynamodb.ts';
import { mostShards } from '../../domain/ledger/entry-shards.ts';
import { expiryOfItem, shardOf } from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import { entryExtension } from './entry-writes.ts';
import { parseKey } from './key.ts';
import { ledgerTable } from './table.ts';
import { walletWrite } from './wallet-writes.ts';

/** A reservation with a hold time of its own, listed until the sweeper has seen it end. */
export type OwnHold = { reservationId: string; expiresAtMs: number; key: Key };

const partitionOf = (shard: number): string => `holds#${shard}`;

/** In order of expiry. */
export const ownHoldCodec = itemCodec(ledgerTable, 'own hold', { id: text });

/** Lists a reservation by its expiry, in the write that stores it. Most reservations need none. */
export function ownHoldPuts(
  entry: Entry,
  { retentionDays, entryShards }: EntryStorage,
): PutWrite[] {
  const { entryId, expiresAtMs, isListedByExpiry } = entry;
  if (!isListedByExpiry || expiresAtMs === undefined) return [];
  return [
    {
      kind: 'put',
      table: ledgerTable.name,
      item: {
        pk: partitionOf(shardOf(entryShards, entryId)),
        sk: `${new Date(expiresAtMs).toISOString()}#${entryId}`,
        ...ownHoldCodec.encode({ id: entryId }),
        ttl: expiryOfItem(entry, retentionDays),
      },
    },
  ];
}

/** Reservations with a hold time of their own, by expiry. */
export const ownHolds = (db: DynamoDb, storage: EntryStorage) => ({
  /** Every shard of the list. */
  holdShards: (): number[] => [...Array(mostShards(storage.entryShards)).keys()],

  /**
   * Extends an open reservation: in its entry, on the list, and in the record of the wallet that
   * holds it, all or nothing.
   * @returns `changed` if the entry was extended or has ended since it was read
   */
  async extend(
    before: Entry,
    after: Entry & { expiresAtMs: number },
  ): Promise<'done' | 'changed' | 'conflict'> {
    const { entryId, organizationId, expiresAtMs } = after;
    const result = await db.transact([
      entryExtension(storage.entryShards, before, expiresAtMs),
      ...ownHoldPuts(after, storage),
      ...(isInWallet(before)
        ? [
            walletWrite(
              ledgerTable.name,
              organizationId,
              { ...emptyWallet(walletRefOf(before)), exists: true },
              { ...noChange(), extend: { entryId, expiresAtMs } },
            ),
          ]
        : []),
    ]);
    if (result.ok) return 'done';
    return result.reasons.some(({ kind }) => kind === 'condition') ? 'changed' : 'conflict';
  },

  /** Those of one shard whose time is over, page by page, in order of expiry. */
  async listDueHolds(
    shard: number,
    nowMs: number,
    startKey?: Key,
  ): Promise<{ holds: OwnHold[]; nextKey: Key | undefined }> {
    const page = await db.query({
      table: ledgerTable.name,
      condition: 'pk = :pk AND sk < :until',
      values: { ':pk': partitionOf(shard), ':until': `${new Date(nowMs).toISOString()}~` },
      startKey,
      consistent: true,
    });
    const holds = page.items.map((item) => {
      const key = parseKey(item);
      const expiresAtMs = Date.parse(key.sk.slice(0, key.sk.indexOf('#')));
      return { reservationId: ownHoldCodec.decode(item).id, expiresAtMs, key };
    });
    return { holds, nextKey: page.nextKey };
  },

  /** Takes a reservation off the list, after it has ended. */
  async removeHold({ key }: OwnHold): Promise<void> {
    await db.write({ kind: 'delete', table: ledgerTable.name, key });
  },
});
