import {
  type Aggregate,
  AGGREGATE_GRANULARITIES,
  aggregateKeyText,
  hourBucket,
} from '../../domain/reporting/aggregates.ts';
import type { HourMeasures } from '../../domain/reporting/day-additions.ts';
import { isDimension } from '../../domain/reporting/dimensions.ts';
import { addMeasures, MEASURES, type Measures, NOTHING } from '../../domain/reporting/measures.ts';
import type { Item } from '../dynamodb.ts';
import { ALL_ORGANIZATIONS, type Partition, valueOfKeyText } from './keys.ts';
import { type StoredSum, sumCodec } from './table.ts';

/** Whether sums are wanted that contain only `backDatedNanoUsd`, which only levels use. */
type Wanted = { backDated?: boolean };

/** Where an item of the table is, the item, and what it says. */
export type PlacedSum = {
  partition: Partition;
  hour: string | undefined;
  item: Item;
  stored: StoredSum;
};

/** What an item is; `undefined` if its key says nothing known. */
export function placedSum(item: Item): PlacedSum | undefined {
  const stored = sumCodec.decode(item);
  const [owner = '', granularityName, dimension, day = ''] = stored.pk.split('#');
  const [organization = '', hour] = stored.sk.split('#');
  const granularity = AGGREGATE_GRANULARITIES.find((name) => name === granularityName);
  if (granularity === undefined || !isDimension(dimension)) return undefined;
  const organizationId = owner === ALL_ORGANIZATIONS ? organization : owner;
  return { partition: { organizationId, granularity, dimension, day }, hour, item, stored };
}

/** Whether older code added to a sum. It kept the hours of such a day in items of their own. */
export const isOfOlderCode = ({ item }: PlacedSum): boolean =>
  MEASURES.some((measure) => item[measure] !== undefined);

/** The day's sum in an item, or the sum of one hour that older code stored. */
export function sumOf({ partition, hour, stored }: PlacedSum): Aggregate {
  const { sk, keyId, departmentId, spelling, hours } = stored;
  const own = Object.fromEntries(MEASURES.map((measure) => [measure, stored[measure]]));
  const measures = [...(hours?.values() ?? [])].reduce<Measures>(
    (sum, ofHour) => addMeasures(sum, wholeMeasures(ofHour)),
    { ...NOTHING, ...own },
  );
  return {
    ...partition,
    value: valueOfKeyText(sk.split('#')[0] ?? ''),
    bucket: hour === undefined ? partition.day : `${partition.day}T${hour}`,
    measures,
    ...(keyId === undefined ? {} : { keyId }),
    ...(departmentId === undefined ? {} : { departmentId }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}

/** The sums of a day's hours in its item. */
export function hoursOf({ partition, stored }: PlacedSum, options: Wanted = {}): Aggregate[] {
  const { sk, spelling, hours = new Map<number, HourMeasures>() } = stored;
  return [...hours]
    .filter(([, ofHour]) => isWanted(ofHour, options))
    .map(([hour, ofHour]) => ({
      ...partition,
      granularity: 'hourly',
      value: valueOfKeyText(sk),
      bucket: hourBucket(partition.day, hour),
      measures: wholeMeasures(ofHour),
      ...(spelling === undefined ? {} : { spelling }),
    }));
}

/** Whether an item contains more than the correction for the time of booking. */
export const isReported = ({ item, stored }: PlacedSum, options: Wanted = {}): boolean =>
  MEASURES.some(
    (measure) =>
      item[measure] !== undefined && (options.backDated || measure !== 'backDatedNanoUsd'),
  ) || [...(stored.hours?.values() ?? [])].some((ofHour) => isWanted(ofHour, options));

/** With 0 for what is absent. */
const wholeMeasures = (ofHour: HourMeasures): Measures => ({ ...NOTHING, ...ofHour });

const isWanted = (ofHour: HourMeasures, { backDated = false }: Wanted): boolean =>
  backDated || Object.keys(ofHour).some((measure) => measure !== 'backDatedNanoUsd');

/** Adds up parts with the same key, in order of value and time. */
export function merged(parts: readonly Aggregate[]): Aggregate[] {
  const sums = new Map<string, Aggregate>();
  for (const part of parts) {
    const text = aggregateKeyText(part);
    const sum = sums.get(text);
    const measures = sum ? addMeasures(sum.measures, part.measures) : part.measures;
    sums.set(text, { ...sum, ...part, measures });
  }
  return [...sums.values()].toSorted(
    (left, right) => compare(left.value, right.value) || compare(left.bucket, right.bucket),
  );
}

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
