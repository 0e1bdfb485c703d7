import type { ServedRequest } from './blind-run.ts';
import { costError } from './cost-error.ts';
import { coverPercent, type Held } from './reservation-figures.ts';

export type Point = [x: number, y: number];

/** A point needs at least this many requests. */
const LEAST_REQUESTS = 20;

/** Median error in percent by input size: one point per doubling, at its middle. */
export function errorBySize(served: readonly ServedRequest[]): Point[] {
  return sizesOf(served)
    .filter(({ requests }) => requests.length >= LEAST_REQUESTS)
    .map(({ tokens, requests }): Point => [tokens, costError(requests).MdAPE]);
}

/** Percent of requests within their hold by input size, like `errorBySize`. */
export const coverBySize = (served: readonly ServedRequest[]): Point[] =>
  sizesOf(served)
    .filter(({ requests }) => requests.length >= LEAST_REQUESTS)
    .map(({ tokens, requests }): Point => [tokens, coverPercent(requests.map(heldOf))]);

/** Percent of requests within their hold in each class of at least `least` requests. */
export const coverByClass = (
  served: readonly ServedRequest[],
  classOf: (request: ServedRequest) => string | number,
  least: number,
): number[] =>
  [...Map.groupBy(served, classOf).values()]
    .filter((requests) => requests.length >= least)
    .map((requests) => coverPercent(requests.map(heldOf)));

/** The doubling of the input size that a request belongs to. */
export const sizeOf = ({ known }: ServedRequest): number =>
  Math.floor(Math.log2(known.inputTokens));

function sizesOf(
  served: readonly ServedRequest[],
): { tokens: number; requests: ServedRequest[] }[] {
  return [...Map.groupBy(served, sizeOf)]
    .map(([octave, requests]) => ({ tokens: 2 ** (octave + 0.5), requests }))
    .toSorted((first, second) => first.tokens - second.tokens);
}

const heldOf = ({ prediction, actualUsd }: ServedRequest): Held => ({
  heldUsd: prediction.upperUsd,
  actualUsd,
});

/** Percent of requests predicted within 10 %, block by block, over the number of requests seen. */
export const learningCurve = (served: readonly ServedRequest[], blocks = 24): Point[] =>
  inBlocks(served, blocks).map(({ requests, end }) => [end, costError(requests).in10]);

/** Mean money per 1,000 requests, block by block, over the number of requests. */
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
