import { countedNanoUsd } from '../ledger/entry.ts';
import type { Posting } from '../ledger/posting.ts';
import { SCOPES } from '../scopes.ts';
import {
  AGGREGATE_GRANULARITIES,
  type Aggregate,
  type AggregateKey,
  aggregatesOf,
  bucketOf,
  latestOf,
  sumsOf,
} from './aggregates.ts';
import { UNASSIGNED, valueIn } from './dimensions.ts';
import { NOTHING } from './measures.ts';

/**
 * What a posting adds so that levels see it when it was booked, besides when it is dated: its money in
 * the hour and day of its booking, and the same taken away in those of its date, in the sums of every
 * scope. So `costNanoUsd + backDatedNanoUsd` of any hours or days together is what was booked in them,
 * and over all time nothing is added. Nothing where both are the same, as they are for ordinary usage.
 */
export function backDatingsOf(posting: Posting): Aggregate[] {
  const { organizationId, occurredAtMs, bookedAtMs, disputedNanoUsd } = posting;
  if (bookedAtMs === undefined) return [];
  const amountNanoUsd = countedNanoUsd({ chargedNanoUsd: posting.amountNanoUsd, disputedNanoUsd });
  if (amountNanoUsd === 0n) return [];
  return AGGREGATE_GRANULARITIES.flatMap((granularity) => {
    const [dated, booked] = [occurredAtMs, bookedAtMs].map((at) => bucketOf(granularity, at));
    if (dated === undefined || booked === undefined || dated === booked) return [];
    return SCOPES.flatMap((dimension) => {
      const value = valueIn(dimension, posting);
      if (value === UNASSIGNED) return [];
      const key: Omit<AggregateKey, 'bucket'> = { organizationId, dimension, value, granularity };
      const of = { ...key, ...latestOf(key, posting) };
      return [
        { ...of, bucket: booked, measures: { ...NOTHING, backDatedNanoUsd: amountNanoUsd } },
        { ...of, bucket: dated, measures: { ...NOTHING, backDatedNanoUsd: -amountNanoUsd } },
      ];
    });
  });
}

/** Everything that recording postings adds to the sums that are kept, once per aggregate. */
export const additionsOf = (postings: readonly Posting[]): Aggregate[] =>
  sumsOf([...aggregatesOf(postings), ...postings.flatMap(backDatingsOf)]);
