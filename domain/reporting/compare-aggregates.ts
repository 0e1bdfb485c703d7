import { type Aggregate, aggregateKeyText } from './aggregates.ts';
import { isNothing, type Measures, NOTHING, subtractMeasures } from './measures.ts';

/** A stored sum (empty if none is stored) and what is missing from it; negative where it has too much. */
export type AggregateDifference = { stored: Aggregate; missing: Measures };

/**
 * Compares sums that were read with those of the records, read before and after them. Where records
 * changed between the two readings nothing is said about the sum: its key is `unsettled`. What levels
 * add for the time of booking is left alone: the records of a day do not tell it.
 */
export function compareAggregates(
  before: readonly Aggregate[],
  stored: readonly Aggregate[],
  after: readonly Aggregate[],
): { differences: AggregateDifference[]; unsettled: string[] } {
  const [expected, kept, later] = [before, stored, after].map(byKey);
  const differences: AggregateDifference[] = [];
  const unsettled: string[] = [];
  const all = new Map([...(kept ?? []), ...(expected ?? []), ...(later ?? [])]);
  for (const [text, aggregate] of all) {
    const due = expected?.get(text)?.measures ?? NOTHING;
    if (!isNothing(subtractMeasures(later?.get(text)?.measures ?? NOTHING, due))) {
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
