import { type Aggregate, aggregateKeyText } from './aggregates.ts';
import { isNothing, type Measures, NOTHING, subtractMeasures } from './measures.ts';

/**
 * A stored sum (empty if none is stored) and what is missing from it; negative if the sum is too
 * high.
 */
export type AggregateDifference = { stored: Aggregate; missing: Measures };

/**
 * Compares stored sums with sums of the records, which are read before and after them. If records
 * changed between those two reads, or the sum includes a posting whose record is not there yet, its
 * key is reported as `unsettled`. Ignores what levels add for the time of booking, because a day's
 * records do not determine it.
 */
export function compareAggregates(
  before: readonly Aggregate[],
  stored: readonly Aggregate[],
  after: readonly Aggregate[],
  isAhead: (aggregate: Aggregate) => boolean,
): { differences: AggregateDifference[]; unsettled: string[] } {
  const [expected, kept, later] = [before, stored, after].map(byKey);
  const differences: AggregateDifference[] = [];
  const unsettled: string[] = [];
  const all = new Map([...(kept ?? []), ...(expected ?? []), ...(later ?? [])]);
  for (const [text, aggregate] of all) {
    const due = expected?.get(text)?.measures ?? NOTHING;
    const isChanged = !isNothing(subtractMeasures(later?.get(text)?.measures ?? NOTHING, due));
    if (isChanged || isAhead(aggregate)) {
      unsettled.push(text);
      continue;
    }
    const measures = kept?.get(text)?.measures ?? NOTHING;
    const { backDatedNanoUsd } = measures;
    const missing = subtractMeasures({ ...due, backDatedNanoUsd }, measures);
    if (!isNothing(missing)) differences.push({ stored: { ...aggregate, measures }, missing });
  }
  return { differences, unsettled };
}

const byKey = (aggregates: readonly Aggregate[]): Map<string, Aggregate> =>
  new Map(aggregates.map((aggregate) => [aggregateKeyText(aggregate), aggregate]));
