import { median } from '../../domain/series/robust.ts';
import type { SeededRandom } from '../traces/seeded-random.ts';
import { energySplit, LEAST_PART } from './energy-split.ts';

/** A lasting change in a history of runs. */
export type ChangePoint = {
  /** The first run after the change. */
  at: number;
  /** How often runs in another order show as large a change. */
  pValue: number;
  /** Medians of the runs before and after, back and forth to the next change. */
  before: number;
  after: number;
  /** `after / before - 1`. */
  change: number;
};

/** What counts as a change. */
export type ChangeLimits = { mostPValue: number; leastChange: number };

/** A twentieth, as in Apache Otava: less is rarely worth a person's time. */
export const CHANGE_LIMITS: ChangeLimits = { mostPValue: 0.01, leastChange: 0.05 };

/** Fewer runs do not tell a change from chance. */
export const LEAST_RUNS = 10;

const MOST_ORDERS = 499;

/**
 * The lasting changes in a history of runs, oldest first: E-divisive (`energySplit`) splits the history
 * again and again while a permutation test finds the split significant. Then the smallest changes are
 * dropped, one by one, until each is large enough, as in "Hunter: Using Change Point Detection to Hunt for
 * Performance Regressions" (Fleming et al., ICPE 2023).
 * @param random orders of the permutation test; the same seed gives the same answer
 * @returns undefined if there are too few runs to tell
 */
export function changePoints(
  runs: readonly number[],
  random: SeededRandom,
  limits: ChangeLimits = CHANGE_LIMITS,
): ChangePoint[] | undefined {
  if (runs.length < LEAST_RUNS) return undefined;
  const splits = significantSplits(runs, limits.mostPValue, random).toSorted(
    (first, second) => first.at - second.at,
  );
  for (;;) {
    const points = splits.map((split, index) => ({
      ...split,
      ...sidesOf(runs, splits[index - 1]?.at ?? 0, split.at, splits[index + 1]?.at ?? runs.length),
    }));
    const sizes = points.map(({ before, after }) => sizeOf(before, after));
    const smallest = Math.min(...sizes);
    if (points.length === 0 || smallest >= sizeOf(1, 1 + limits.leastChange)) return points;
    splits.splice(sizes.indexOf(smallest), 1);
  }
}

type Split = { at: number; pValue: number };

/** The significant splits of the runs, and of the parts that they leave. */
function significantSplits(
  runs: readonly number[],
  mostPValue: number,
  random: SeededRandom,
  from = 0,
): Split[] {
  if (runs.length < 2 * LEAST_PART) return [];
  const split = energySplit(runs);
  if (!split) return [];
  const pValue = permutationPValue(runs, split.divergence, mostPValue, random);
  if (pValue > mostPValue) return [];
  return [
    { at: from + split.at, pValue },
    ...significantSplits(runs.slice(0, split.at), mostPValue, random, from),
    ...significantSplits(runs.slice(split.at), mostPValue, random, from + split.at),
  ];
}

/**
 * How often a random order of the runs has a split as good. Stops when it is sure to be more than
 * `mostPValue` (a sequential test after Besag and Clifford, 1991).
 */
function permutationPValue(
  runs: readonly number[],
  divergence: number,
  mostPValue: number,
  random: SeededRandom,
): number {
  const order = [...runs];
  let asGood = 0;
  for (let tried = 1; tried <= MOST_ORDERS; tried += 1) {
    shuffle(order, random);
    if ((energySplit(order)?.divergence ?? 0) >= divergence) asGood += 1;
    if (asGood + 1 > mostPValue * (MOST_ORDERS + 1)) return (asGood + 1) / (tried + 1);
  }
  return (asGood + 1) / (MOST_ORDERS + 1);
}

/** Fisher and Yates, in place. */
function shuffle(values: number[], random: SeededRandom): void {
  for (let last = values.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other] ?? 0, values[last] ?? 0];
  }
}

function sidesOf(
  runs: readonly number[],
  from: number,
  at: number,
  end: number,
): { before: number; after: number; change: number } {
  const [before, after] = [median(runs.slice(from, at)), median(runs.slice(at, end))];
  return { before, after, change: after / before - 1 };
}

/** The same for a rise and for the fall that undoes it. */
const sizeOf = (before: number, after: number): number =>
  before === after ? 0 : Math.abs(Math.log(after / before));
