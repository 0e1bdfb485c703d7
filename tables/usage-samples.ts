import { gunzipSync, gzipSync } from 'node:zlib';
import type { DaySample } from '../domain/advice/day-sample.ts';
import { bytes, mapped, money, number, text } from './codec/attributes.ts';
import { Damage } from './codec/damage.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * What is kept of an organization's requests on one UTC day, for advice: totals of each route and some
 * requests, without any text. Access patterns: some days of an organization; put a day. Days expire
 * after the time in which the outcome of advice is measured.
 */
export const usageSamplesTable = defineTable({
  name: 'usage-samples',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'day', type: 'S' },
  timeToLiveAttribute: 'expiresAtS',
});

/** JSON, compressed; its integers of money are texts. */
const compressed = mapped<Uint8Array, DaySample['routes']>(
  bytes,
  (stored) => {
    try {
      return JSON.parse(gunzipSync(stored).toString(), revived) as DaySample['routes'];
    } catch {
      throw new Damage('compressed JSON', stored);
    }
  },
  (routes) => Uint8Array.from(gzipSync(JSON.stringify(routes, written))),
);

const written = (_: string, part: unknown): unknown =>
  typeof part === 'bigint' ? String(part) : part;

const revived = (name: string, part: unknown): unknown =>
  name.endsWith('NanoUsd') && typeof part === 'string' ? BigInt(part) : part;

export const usageSampleCodec = itemCodec(usageSamplesTable, 'usage sample', {
  day: text,
  readRequests: number,
  allRequests: number,
  allCostNanoUsd: money,
  routes: compressed,
});

const KEPT_DAYS = 100;

export type UsageSampleStore = ReturnType<typeof createUsageSampleStore>;

export function createUsageSampleStore(db: DynamoDb) {
  const { name: table } = usageSamplesTable;
  return {
    /** The samples of those of the days (`2026-11-21`) that have one, in order. */
    async getDays(organizationId: string, days: readonly string[]): Promise<DaySample[]> {
      const keys = days.map((day) => ({ organizationId, day }));
      const items = await readMany(db, table, keys);
      return items.flatMap((item) => (item ? [usageSampleCodec.decode(item)] : []));
    },

    /** Stores a day's sample in the place of an earlier one. */
    async put(organizationId: string, sample: DaySample, nowMs: number): Promise<void> {
      await db.write({
        kind: 'put',
        table,
        item: {
          organizationId,
          ...usageSampleCodec.encode(sample),
          expiresAtS: secondsAfter(nowMs, KEPT_DAYS),
        },
      });
    },
  };
}
