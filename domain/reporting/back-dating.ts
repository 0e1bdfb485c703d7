import { countedNanoUsd } from '../ledger/entry.ts';
import type { Posting } from '../ledger/posting.ts';
import { isScope } from '../scopes.ts';
import {
  AGGREGATE_GRANULARITIES,
  type Aggregate,
  type AggregateKey,
  aggregatesOf,
  bucketOf,
  latestOf,
  sumsOf,
} from './aggregates.ts';
import { dimensionsOf, UNASSIGNED, valueIn } from './dimensions.ts';
import { NOTHING } from './measures.ts';

/**
 * What a posting adds so that levels see it at the time it was booked as well as at its date. Adds
 * its money to the hour and day of booking, and subtracts it from those of its date, in the sums of
 * every scope. `costNanoUsd + backDatedNanoUsd` over any hours or days is therefore what was booked
 * in them, and the additions cancel out over all time. Empty if both times are the same, as for
 * ordinary usage.
 */
export function backDatingsOf(posting: Posting): Aggregate[] {
  const { organizationId, occurredAtMs, bookedAtMs, disputedNanoUsd } = posting;
  if (bookedAtMs === undefined) return [];
  const amountNanoUsd = countedNanoUsd({ chargedNanoUsd: posting.amountNanoUsd, disputedNanoUsd });
  if (amountNanoUsd === 0n) return [];
  return AGGREGATE_GRANULARITIES.flatMap((granularity) => {
    const [dated, booked] = [occurredAtMs, bookedAtMs].map((at) => bucketOf(granularity, at));
    if (dated === undefined || booked === undefined || dated === booked) return [];
    return dimensionsOf(posting)
      .filter(isScope)
      .flatMap((dimension) => {
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

/** Everything that recording postings adds to stored sums, once per aggregate. */
export const additionsOf = (postings: readonly Posting[]): Aggregate[] =>
  sumsOf([...aggregatesOf(postings), ...postings.flatMap(backDatingsOf)]);
