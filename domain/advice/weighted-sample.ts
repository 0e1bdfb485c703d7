import { type DaySample, GROUPS, type RouteDay, type SampledRequest } from './day-sample.ts';

/** A request of a sample, and how many it stands for. */
export type Weighted = { request: SampledRequest; standsFor: number };

/** From `fromMs` until before `toMs`, epoch ms. */
type Span = { fromMs: number; toMs?: number | undefined };

const TWO_SIDED_90 = 1.6449;

/** The sampled requests of some routes of a day that were made in a span, scaled to all requests. */
export function weightedSample(
  routes: readonly RouteDay[],
  { readRequests, allRequests }: Pick<DaySample, 'readRequests' | 'allRequests'>,
  { fromMs, toMs = Infinity }: Span,
): Weighted[] {
  const scale = readRequests === 0 ? 1 : Math.max(1, allRequests / readRequests);
  return routes.flatMap(({ sample, requests }) => {
    const standsFor = (requests / Math.max(1, sample.length)) * scale;
    return sample
      .filter(({ atMs }) => atMs >= fromMs && atMs < toMs)
      .map((request) => ({ request, standsFor }));
  });
}

/** The sum over all requests that a sample stands for. */
export const sumOf = <Item extends { standsFor: number }>(
  items: readonly Item[],
  of: (item: Item) => number,
): number => items.reduce((sum, item) => sum + of(item) * item.standsFor, 0);

/**
 * The variance of a sum that is estimated from a sample, by random groups of its parts (Wolter,
 * Introduction to Variance Estimation, 2). How many requests there are is known, so a group counts by how
 * far it is from what its number makes one expect; and what was read is known too.
 */
export function groupVariance<Item extends Weighted>(
  items: readonly Item[],
  valueOf: (group: readonly Item[]) => number,
): number {
  const count = sumOf(items, () => 1);
  if (count <= items.length) return 0;
  const perRequest = valueOf(items) / count;
  const groups = Map.groupBy(items, ({ request }) => request.group);
  const squares = [...groups.values()].reduce((sum, group) => {
    const beyond = valueOf(group) - perRequest * sumOf(group, () => 1);
    return sum + beyond ** 2;
  }, 0);
  return (GROUPS / (GROUPS - 1)) * squares * (1 - items.length / count);
}

/** Half of a 90 % interval, in nano-dollars. */
export const marginOf = (variance: number): bigint =>
  BigInt(Math.ceil(TWO_SIDED_90 * Math.sqrt(variance)));
