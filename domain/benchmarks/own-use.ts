import type { Aggregate } from '../reporting/aggregates.ts';
import { addMeasures, type Measures, NOTHING } from '../reporting/measures.ts';
import type { OwnUse } from './compare-unit-costs.ts';

/**
 * What an organization used, as unit costs need it. Daily sums, in order of days: of all requests, by
 * operation, and of those that tell an outcome.
 */
export function ownUseOf(
  totals: readonly Aggregate[],
  operations: readonly Aggregate[],
  told: readonly Aggregate[],
): OwnUse {
  return {
    total: sumOf(totals),
    byOperation: new Map(
      [...Map.groupBy(operations, ({ value }) => value)].map(([name, of]) => [name, sumOf(of)]),
    ),
    outcomes: outcomesOf(totals, told),
  };
}

/** Days before the tag was listed cost nothing that an outcome stands for. */
function outcomesOf(totals: readonly Aggregate[], told: readonly Aggregate[]): OwnUse['outcomes'] {
  const first = told[0]?.bucket;
  if (first === undefined) return undefined;
  const since = totals.filter(({ bucket }) => bucket >= first);
  return { count: sumOf(told).requests, costNanoUsd: sumOf(since).costNanoUsd };
}

const sumOf = (aggregates: readonly Aggregate[]): Measures =>
  aggregates.map(({ measures }) => measures).reduce(addMeasures, NOTHING);
