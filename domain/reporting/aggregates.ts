import type { Posting } from '../ledger/posting.ts';
import { type Dimension, dimensionsOf, valueIn } from './dimensions.ts';
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
export type Aggregate = AggregateKey & { measures: Measures };

export const QUARTER_MS = 900_000;

/** UTC hour of an instant: `2026-11-21T06`. */
export const hourOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 13);

/** UTC day of an instant: `2026-11-21`. */
export const dayOf = (instantMs: number): string => new Date(instantMs).toISOString().slice(0, 10);

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
      bucket: (granularity === 'hourly' ? hourOf : dayOf)(posting.occurredAtMs),
    })),
  );
}

/** The key as text, to compare keys. */
export const aggregateKeyText = (key: AggregateKey): string =>
  [key.organizationId, key.granularity, key.bucket, key.dimension, key.value].join('#');

/** What these postings add up to, once per aggregate, whatever their order. */
export function aggregatesOf(postings: readonly Posting[]): Aggregate[] {
  const aggregates = new Map<string, Aggregate>();
  for (const posting of postings) {
    const measures = measuresOf(posting);
    for (const key of aggregateKeysOf(posting)) {
      const text = aggregateKeyText(key);
      const known = aggregates.get(text);
      aggregates.set(text, {
        ...key,
        measures: known ? addMeasures(known.measures, measures) : measures,
      });
    }
  }
  return [...aggregates.values()];
}
