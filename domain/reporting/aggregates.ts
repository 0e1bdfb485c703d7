import type { Posting } from '../ledger/posting.ts';
import { type Dimension, dimensionsOf, spellingIn, valueIn } from './dimensions.ts';
import { addMeasures, type Measures, measuresOf } from './measures.ts';

export const AGGREGATE_GRANULARITIES = ['hourly', 'daily'] as const;
export type AggregateGranularity = (typeof AGGREGATE_GRANULARITIES)[number];

/** One sum that is kept: a value of a dimension in one UTC hour or day. */
export type AggregateKey = {
  organizationId: string;
  dimension: Dimension;
  value: string;
  granularity: AggregateGranularity;
  /** `2026-11-21` of a day, `2026-11-21T06` of an hour. */
  bucket: string;
};
export type Aggregate = AggregateKey & {
  measures: Measures;
  /** In the daily sum of a user: the credential that spent for them last. */
  keyId?: string | undefined;
  /** How the latest posting spelled the value, where that differs; for display only. */
  spelling?: string | undefined;
};

export const QUARTER_MS = 900_000;

/** UTC hour of an instant: `2026-11-21T06`. */
export const hourOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 13);

/** UTC day of an instant: `2026-11-21`. */
export const dayOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 10);

/** The UTC hour or day of an instant. */
export const bucketOf = (granularity: AggregateGranularity, instantMs: number): string =>
  (granularity === 'hourly' ? hourOf : dayOf)(instantMs);

/** Start of the quarter of an hour that holds an instant: `2026-11-21T06:15`. */
export const quarterOf = (instantMs: number): string =>
  new Date(instantMs - (instantMs % QUARTER_MS)).toISOString().slice(0, 16);

/** First instant of a UTC day or hour, epoch ms. */
export const startOfBucket = (bucket: string): number =>
  Date.parse(bucket.length === 10 ? `${bucket}T00:00:00Z` : `${bucket}:00:00Z`);

/** First instant after a UTC day or hour, epoch ms. */
export const endOfBucket = (bucket: string): number =>
  startOfBucket(bucket) + (bucket.length === 10 ? 86_400_000 : 3_600_000);

/** Every aggregate that a posting belongs to, in the hour and day it occurred, however late it is. */
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

/** The key as text, to compare keys. */
export const aggregateKeyText = (key: AggregateKey): string =>
  [key.organizationId, key.granularity, key.bucket, key.dimension, key.value].join('#');

/** The sums of these postings, once per aggregate, in any order. */
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
 * What an aggregate keeps of its latest posting: how it spelled the value, and in the daily sum of a
 * user whose credential spent.
 */
export function latestOf(
  { dimension, granularity }: Pick<AggregateKey, 'dimension' | 'granularity'>,
  posting: Posting,
): Pick<Aggregate, 'keyId' | 'spelling'> {
  const keyId = dimension === 'user' && granularity === 'daily' ? posting.keyId : undefined;
  const spelling = spellingIn(dimension, posting);
  return {
    ...(keyId === undefined ? {} : { keyId }),
    ...(spelling === undefined ? {} : { spelling }),
  };
}

/** Aggregates of the same key added up. */
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
