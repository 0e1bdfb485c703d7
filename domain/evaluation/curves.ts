import type { ServedRequest } from './blind-run.ts';
import { costError } from './cost-error.ts';

export type Point = [x: number, y: number];

/** Fewer requests make no point. */
const LEAST_REQUESTS = 20;

/** Median error in percent by size of the input: one point for each doubling, at its middle. */
export function errorBySize(served: readonly ServedRequest[]): Point[] {
  const octaves = Map.groupBy(served, ({ known }) => Math.floor(Math.log2(known.inputTokens)));
  return [...octaves]
    .filter(([, requests]) => requests.length >= LEAST_REQUESTS)
    .map(([octave, requests]): Point => [2 ** (octave + 0.5), costError(requests).MdAPE])
    .toSorted(([first], [second]) => first - second);
}

/** Percent of requests predicted within 10 %, block by block, over the number of requests seen. */
export const learningCurve = (served: readonly ServedRequest[], blocks = 24): Point[] =>
  inBlocks(served, blocks).map(({ requests, end }) => [end, costError(requests).in10]);

/** Mean money for 1,000 requests, block by block, over the number of requests. */
export const moneyOverTime = (
  served: readonly ServedRequest[],
  moneyOf: (request: ServedRequest) => number,
  blocks = 48,
): Point[] =>
  inBlocks(served, blocks).map(({ requests, end }) => [
    end,
    (1_000 * requests.reduce((sum, request) => sum + moneyOf(request), 0)) / requests.length,
  ]);

function inBlocks(
  served: readonly ServedRequest[],
  blocks: number,
): { requests: ServedRequest[]; end: number }[] {
  const length = Math.max(LEAST_REQUESTS, Math.ceil(served.length / blocks));
  return Array.from({ length: Math.floor(served.length / length) }, (_, block) => ({
    requests: served.slice(block * length, (block + 1) * length),
    end: (block + 1) * length,
  }));
}
