import type { Entry } from '../../domain/ledger/entry.ts';
import { number } from '../codec/attributes.ts';
import { itemCodec } from '../codec/item-codec.ts';
import type { DynamoDb, Item, Key } from '../dynamodb.ts';
import * as items from './entry-items.ts';
import type { EntryStorage } from './entry-storage.ts';
import type { LedgerKey } from './key.ts';
import { ledgerTable } from './table.ts';

/**
 * A page of open reservations. Damaged items are reported separately and do not hide the others.
 */
export type OpenReservations = {
  entries: Entry[];
  unreadable: { organizationId: string; entryKey: LedgerKey; error: unknown }[];
  nextKey: Key | undefined;
};

/** Open reservations by minute of expiry, and maintenance. */
export function sweeps(db: DynamoDb, { entryShards }: EntryStorage) {
  return {
    /** The shards of the reservations of one epoch minute. */
    shardsOfMinute: (minute: number): number[] => [
      ...Array(items.shardsOfMinute(entryShards, minute)).keys(),
    ],

    /** Open reservations of one epoch minute and shard, page by page. */
    async listOpenReservations(
      minute: number,
      shard: number,
      startKey?: Key,
    ): Promise<OpenReservations> {
      const page = await db.query({
        table: ledgerTable.name,
        condition: 'pk = :pk',
        filter: 'st = :reserved',
        values: { ':pk': items.reservationPartition(minute, shard), ':reserved': 'reserved' },
        startKey,
        consistent: true,
      });
      const open: OpenReservations = { entries: [], unreadable: [], nextKey: page.nextKey };
      for (const item of page.items) {
        try {
          open.entries.push(items.parseEntry(item));
        } catch (error) {
          open.unreadable.push({ ...items.ownerOf(item), error });
        }
      }
      return open;
    },

    /** The epoch minute before which no reservation is open; `undefined` before the first sweep. */
    async getSweptMinute(): Promise<number | undefined> {
      const item = await db.get({ table: ledgerTable.name, key: SWEEP_KEY, consistent: true });
      return item && sweepCodec.decode(item).minute;
    },

    async putSweptMinute(minute: number): Promise<void> {
      await db.write({
        kind: 'put',
        table: ledgerTable.name,
        item: { ...SWEEP_KEY, ...sweepCodec.encode({ minute }) },
      });
    },

    /**
     * Every item, page by page, for the conservation check. For maintenance only, because it reads
     * the whole table.
     */
    async scan(startKey?: Key): Promise<{ items: Item[]; nextKey?: Key | undefined }> {
      return db.scan({ table: ledgerTable.name, startKey, consistent: true });
    },
  };
}

const SWEEP_KEY = { pk: 'sweep', sk: 'minute' };

/** The time up to which every reservation was swept. */
export const sweepCodec = itemCodec(ledgerTable, 'sweep', { minute: number });
