import type { Aggregate } from '../reporting/aggregates.ts';
import { addMeasures, type Measures, NOTHING } from '../reporting/measures.ts';
import type { OwnUse } from './compare-unit-costs.ts';

/**
 * What an organization used, in the form that unit costs need: daily sums in order of all requests,
 * by operation, and of requests that report an outcome.
 */
export function ownUseOf(
  totals: readonly Aggregate[],
  operations: readonly Aggregate[],
  outcomes: readonly Aggregate[],
): OwnUse {
  return {
    total: sumOf(totals),
    byOperation: new Map(
      [...Map.groupBy(operations, ({ value }) => value)].map(([name, of]) => [name, sumOf(of)]),
    ),
    outcomes: outcomesOf(totals, outcomes),
  };
}

/** Ignores days before the tag was listed, because their cost has no recorded outcomes. */
function outcomesOf(
  totals: readonly Aggregate[],
  outcomes: readonly Aggregate[],
): OwnUse['outcomes'] {
  const first = outcomes[0]?.bucket;
  if (first === undefined) return undefined;
  const since = totals.filter(({ bucket }) => bucket >= first);
  return { count: sumOf(outcomes).requests, costNanoUsd: sumOf(since).costNanoUsd };
}

const sumOf = (aggregates: readonly Aggregate[]): Measures =>
  aggregates.map(({ measures }) => measures).reduce(addMeasures, NOTHING);
