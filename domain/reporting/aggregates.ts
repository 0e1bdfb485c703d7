import type { Posting } from '../ledger/posting.ts';
import { type Dimension, dimensionsOf, spellingIn, valueIn } from './dimensions.ts';
import { addMeasures, type Measures, measuresOf } from './measures.ts';

export const AGGREGATE_GRANULARITIES = ['hourly', 'daily'] as const;
export type AggregateGranularity = (typeof AGGREGATE_GRANULARITIES)[number];

/** Identifies one stored sum: a value of a dimension in one UTC hour or day. */
export type AggregateKey = {
  organizationId: string;
  dimension: Dimension;
  value: string;
  granularity: AggregateGranularity;
  /** `2026-11-21` for a day, `2026-11-21T06` for an hour. */
  bucket: string;
};
export type Aggregate = AggregateKey & {
  measures: Measures;
  /** Only in a user's daily sum: the last credential that spent for them. */
  keyId?: string | undefined;
  /** In a user's daily sum: the department that the latest posting with one named. */
  departmentId?: string | undefined;
  /** The latest posting's spelling of the value, if it differs; for display only. */
  spelling?: string | undefined;
};

export const QUARTER_MS = 900_000;

/** UTC hour: `2026-11-21T06`. */
export const hourOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 13);

/** UTC day: `2026-11-21`. */
export const dayOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 10);

/** The bucket of an hour (0 to 23) of a UTC day. */
export const hourBucket = (day: string, hour: number): string =>
  `${day}T${String(hour).padStart(2, '0')}`;

/** UTC hour or day. */
export const bucketOf = (granularity: AggregateGranularity, instantMs: number): string =>
  (granularity === 'hourly' ? hourOf : dayOf)(instantMs);

/** Start of the quarter hour: `2026-11-21T06:15`. */
export const quarterOf = (instantMs: number): string =>
  new Date(instantMs - (instantMs % QUARTER_MS)).toISOString().slice(0, 16);

/** Start of a quarter hour, epoch ms. */
export const startOfQuarter = (quarter: string): number => Date.parse(`${quarter}:00Z`);

/** Start of a UTC day or hour, epoch ms. */
export const startOfBucket = (bucket: string): number =>
  Date.parse(bucket.length === 10 ? `${bucket}T00:00:00Z` : `${bucket}:00:00Z`);

/** End of a UTC day or hour (exclusive), epoch ms. */
export const endOfBucket = (bucket: string): number =>
  startOfBucket(bucket) + (bucket.length === 10 ? 86_400_000 : 3_600_000);

/**
 * Every aggregate that a posting belongs to, in the hour and day it occurred, no matter how late it
 * arrives.
 */
export function aggregateKeysOf(posting: Posting): AggregateKey[] {
  return AGGREGATE_GRANULARITIES.flatMap((granularity) =>
    dimensionsOf(posting).map((dimension) => ({
      organizationId: posting.organizationId,
      dimension,
      value: valueIn(dimension, posting),
      granularity,
      bucket: bucketOf(granularity, posting.occurredAtMs),
    })),
  );
}

/** The key as text, for comparing keys. */
export const aggregateKeyText = (key: AggregateKey): string =>
  [key.organizationId, key.granularity, key.bucket, key.dimension, key.value].join('#');

/** Sums postings per aggregate, in any order. */
export const aggregatesOf = (postings: readonly Posting[]): Aggregate[] =>
  sumsOf(
    postings.flatMap((posting) => {
      const measures = measuresOf(posting);
      return aggregateKeysOf(posting).map((key) => ({
        ...key,
        ...latestOf(key, posting),
        measures,
      }));
    }),
  );

/**
 * What an aggregate keeps from its latest posting: the spelling of the value and, in a user's daily
 * sum, the credential that spent and the department.
 */
export function latestOf(
  { dimension, granularity }: Pick<AggregateKey, 'dimension' | 'granularity'>,
  posting: Posting,
): Pick<Aggregate, 'keyId' | 'departmentId' | 'spelling'> {
  const isOfUser = dimension === 'user' && granularity === 'daily';
  const { keyId, departmentId } = isOfUser ? posting : {};
  const spelling = spellingIn(dimension, posting);
  return {
    ...(keyId === undefined ? {} : { keyId }),
    ...(departmentId === undefined ? {} : { departmentId }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}

/** Adds up aggregates that have the same key. */
export function sumsOf(parts: Iterable<Aggregate>): Aggregate[] {
  const sums = new Map<string, Aggregate>();
  for (const part of parts) {
    const text = aggregateKeyText(part);
    const existing = sums.get(text);
    sums.set(
      text,
      existing ? { ...part, measures: addMeasures(existing.measures, part.measures) } : part,
    );
  }
  return [...sums.values()];
}
