import type { Repair } from '../../domain/reporting/repairs.ts';
import { addHours, type HoursOfDay, hourMeasuresOf } from '../../domain/reporting/day-additions.ts';
import { MEASURES } from '../../domain/reporting/measures.ts';
import { asMap } from '../codec/attributes.ts';
import type { DynamoDb, Item } from '../dynamodb.ts';
import { replacement, upkeepOf } from './additions.ts';
import { keyOf } from './keys.ts';
import { type StoredSum, sumCodec, tokenAnalyticsTable, writtenSum } from './table.ts';

/**
 * Adds what a day's sum lacks, unless the sum changed since it was read.
 * @param version of the sum when it was read
 * @returns whether it was added
 */
export type AggregateMender = (repair: Repair, version: number, nowMs: number) => Promise<boolean>;

/** Repairs sums without losing concurrent additions or repairing one twice. */
export const createAggregateMender =
  (db: DynamoDb): AggregateMender =>
  async (repair, version, nowMs) => {
    const key = keyOf({ ...repair, granularity: 'daily', bucket: repair.day });
    const item = await db.get({ table: tokenAnalyticsTable.name, key, consistent: true });
    const stored = item && sumCodec.decode(item);
    if ((stored?.version ?? 0) !== version) return false;
    const missing = 'hours' in repair ? wholeHours(stored, repair) : wholeDay(stored, repair);
    const labels = asMap(writtenSum.encode({ ...repair.labels, version: 0 }));
    const attributes = { ...missing, ...labels, ...upkeepOf(repair, nowMs) };
    return (await db.write(replacement(key, stored, attributes))).ok;
  };

/** The hours of a day with what they lack. */
function wholeHours(
  stored: StoredSum | undefined,
  { hours: missing }: Extract<Repair, { hours: unknown }>,
): Item {
  const before: HoursOfDay = stored?.hours ?? new Map();
  const added = new Map(
    [...missing].map(([hour, measures]) => [hour, hourMeasuresOf(measures, true)] as const),
  );
  return asMap(writtenSum.encode({ hours: addHours(before, added), version: 0 }));
}

/** The day as a whole differs from its hours, so the repair goes beside them. */
const wholeDay = (
  stored: StoredSum | undefined,
  { measures: missing }: Extract<Repair, { measures: unknown }>,
): Item =>
  Object.fromEntries(
    MEASURES.filter((measure) => missing[measure] !== 0n).map((measure) => [
      measure,
      (stored?.[measure] ?? 0n) + missing[measure],
    ]),
  );
