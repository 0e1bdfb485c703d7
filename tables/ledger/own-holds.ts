import type { Entry } from '../../domain/ledger/entry.ts';
import { text } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Key, PutWrite } from '../dynamodb.ts';
import { shardOf } from './entry-items.ts';
import { parseKey } from './key.ts';
import { ledgerTable } from './table.ts';

/** A reservation with a hold time of its own, listed until the sweeper has seen it end. */
export type OwnHold = { reservationId: string; key: Key };

const partitionOf = (shard: number): string => `holds#${shard}`;

/** In order of expiry. */
export const ownHoldCodec = itemCodec(ledgerTable, 'own hold', { id: text });

/** Lists a reservation by its expiry, in the write that stores it. Most reservations need none. */
export function ownHoldPuts(entry: Entry, ttlSeconds: number): PutWrite[] {
  const { entryId, expiresAtMs, isListedByExpiry } = entry;
  if (!isListedByExpiry || expiresAtMs === undefined) return [];
  return [
    {
      kind: 'put',
      table: ledgerTable.name,
      item: {
        pk: partitionOf(shardOf(entryId)),
        sk: `${new Date(expiresAtMs).toISOString()}#${entryId}`,
        ...ownHoldCodec.encode({ id: entryId }),
        ttl: ttlSeconds,
      },
    },
  ];
}

/** Reservations with a hold time of their own, by expiry. */
export const ownHolds = (db: DynamoDb) => ({
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
    const holds = page.items.map((item) => ({
      reservationId: ownHoldCodec.decode(item).id,
      key: parseKey(item),
    }));
    return { holds, nextKey: page.nextKey };
  },

  /** Takes a reservation off the list, after it has ended. */
  async removeHold({ key }: OwnHold): Promise<void> {
    await db.write({ kind: 'delete', table: ledgerTable.name, key });
  },
});
