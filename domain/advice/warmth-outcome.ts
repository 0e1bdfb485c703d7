import { costOfWarmth, type WarmthPrice } from '../pricing/warmth-price.ts';
import type { Outcome, Unmeasured } from './outcome.ts';
import type { Change } from './recommendation.ts';
import { environmentsIn, type WarmHour } from './warmth.ts';

type WarmthChange = Extract<Change, { kind: 'warmth' }>;

const HOUR_MS = 3_600_000;

/**
 * What fewer warm environments have saved. For each whole hour since the decision, compares the
 * warm environments with the lowest number before, at the same price. Hours without invocations
 * have no data: between two hours with data the larger number counts, and hours before the first or
 * after the last are skipped.
 */
export function warmthOutcomeOf(
  { memoryMiB, beforeMin }: WarmthChange,
  hours: readonly WarmHour[],
  { fromMs, toMs }: { fromMs: number; toMs: number },
  price: WarmthPrice,
): Outcome | Unmeasured {
  const seen = hours.flatMap((hour) => {
    const environments = environmentsIn(hour);
    const isWhole = hour.atMs >= fromMs && hour.atMs + HOUR_MS <= toMs;
    return environments !== undefined && isWhole ? [{ atMs: hour.atMs, environments }] : [];
  });
  if (seen.length === 0) {
    return {
      unmeasured:
        'The function has no metrics since the decision, so nothing can be measured yet. Lambda writes metrics only in hours with invocations.',
    };
  }
  let [measured, following, actual, saved] = [0, 0, 0, 0];
  const add = (environments: number, count: number): void => {
    measured += count;
    actual += environments * count;
    if (environments < beforeMin) following += count;
    saved += Math.max(0, beforeMin - environments) * count;
  };
  for (const [index, { atMs, environments }] of seen.entries()) {
    add(environments, 1);
    const next = seen[index + 1];
    if (!next) continue;
    add(Math.max(environments, next.environments), (next.atMs - atMs) / HOUR_MS - 1);
  }
  const spillovers = hours.reduce((sum, hour) => sum + hour.spillovers, 0);
  const actualNanoUsd = costOfWarmth(actual, memoryMiB, price);
  const realizedSavingNanoUsd = costOfWarmth(saved, memoryMiB, price);
  return {
    requests: 0,
    following: 0,
    actualNanoUsd,
    counterfactualNanoUsd: actualNanoUsd + realizedSavingNanoUsd,
    realizedSavingNanoUsd,
    marginNanoUsd: 0n,
    hours: { measured, following },
    caveats: [
      "The number of warm environments follows from the hour's use and utilization; hours without invocations are interpolated from their neighbors.",
      ...(spillovers > 0
        ? [
            `${spillovers} invocations found no warm environment; the cost of their cold starts is not counted.`,
          ]
        : []),
    ],
  };
}
