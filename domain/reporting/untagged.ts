import { type Aggregate } from './aggregates.ts';
import { type PartialDimension, remainderOf } from './dimensions.ts';
import { addMeasures, isNothing, NOTHING, subtractMeasures } from './measures.ts';

/**
 * What no value of a partial dimension accounts for, such as requests without a tag or session: the organization's totals minus the sums of the
 * values, per bucket. Includes requests without the tag, and those from before it was listed.
 */
export function untaggedOf(
  dimension: PartialDimension,
  totals: readonly Aggregate[],
  tagged: readonly Aggregate[],
): Aggregate[] {
  const byBucket = Map.groupBy(tagged, ({ bucket }) => bucket);
  return totals.flatMap((total) => {
    const named = (byBucket.get(total.bucket) ?? [])
      .map(({ measures }) => measures)
      .reduce(addMeasures, NOTHING);
    const measures = subtractMeasures(total.measures, named);
    return isNothing(measures)
      ? []
      : [{ ...total, dimension, value: remainderOf(dimension), measures }];
  });
}
