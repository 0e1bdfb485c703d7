import type { Repair } from '../../domain/reporting/repairs.ts';
import { addHours, type HoursOfDay, hourMeasuresOf } from '../../domain/reporting/day-additions.ts';
import { MEASURES } from '../../domain/reporting/measures.ts';
import { asMap } from '../codec/attributes.ts';
import type { DynamoDb, UpdateWrite } from '../dynamodb.ts';
import { replacement } from './additions.ts';
import { keyOf } from './keys.ts';
import { type StoredSum, sumCodec, tokenAnalyticsTable, writtenSum } from './table.ts';

/**
 * Adds what a day's sum lacks, unless the sum changed since it was read.
 * @param version of the sum when it was read
 * @returns whether it was added
 */
export type AggregateMender = (repair: Repair, version: number) => Promise<boolean>;

/** Repairs sums without losing concurrent additions or repairing one twice. */
export const createAggregateMender =
  (db: DynamoDb): AggregateMender =>
  async (repair, version) => {
    const key = keyOf({ ...repair, granularity: 'daily', bucket: repair.day });
    const item = await db.get({ table: tokenAnalyticsTable.name, key, consistent: true });
    const stored = item && sumCodec.decode(item);
    if ((stored?.version ?? 0) !== version) return false;
    const write =
      'hours' in repair ? hoursWrite(key, stored, repair) : dayWrite(key, stored, repair);
    return (await db.write(write)).ok;
  };

type SumKey = ReturnType<typeof keyOf>;

function hoursWrite(
  key: SumKey,
  stored: StoredSum | undefined,
  { hours: missing }: Extract<Repair, { hours: unknown }>,
): UpdateWrite {
  const before: HoursOfDay = stored?.hours ?? new Map();
  const added = new Map(
    [...missing].map(([hour, measures]) => [hour, hourMeasuresOf(measures, true)] as const),
  );
  const hours = addHours(before, added);
  return replacement(key, stored, asMap(writtenSum.encode({ hours, version: 0 })));
}

/** The day as a whole differs from its hours, so the repair goes beside them. */
function dayWrite(
  key: SumKey,
  stored: StoredSum | undefined,
  { measures: missing }: Extract<Repair, { measures: unknown }>,
): UpdateWrite {
  const lacking = MEASURES.filter((measure) => missing[measure] !== 0n);
  return replacement(
    key,
    stored,
    Object.fromEntries(
      lacking.map((measure) => [measure, (stored?.[measure] ?? 0n) + missing[measure]]),
    ),
  );
}
