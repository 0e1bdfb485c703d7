import { isFarFromPrice } from '../ledger/deviation.ts';
import type { Posting } from '../ledger/posting.ts';

/** What aggregates sum up. All are integers, so sums are exact in any order. */
export const MEASURES = [
  'costNanoUsd',
  'disputedNanoUsd',
  'presumedCostNanoUsd',
  'correctedCostNanoUsd',
  'expectedCostNanoUsd',
  'reservedNanoUsd',
  'requests',
  'inputTokens',
  'outputTokens',
  'cacheReadTokens',
  'cacheWriteTokens',
  'latencyMs',
  'latencyCount',
  'backDatedNanoUsd',
  'deviatingRequests',
  'savedNanoUsd',
  'lostCacheNanoUsd',
] as const;
export type Measure = (typeof MEASURES)[number];

/**
 * Sums over postings. `costNanoUsd` is total spend. `disputedNanoUsd` is the part that budgets and
 * levels ignore until an operator confirms it, `presumedCostNanoUsd` the part from presumptions,
 * and `correctedCostNanoUsd` (mostly negative) the part from corrections. `latencyMs` is a sum over
 * `latencyCount` requests. Expected and reserved cost count once per request. `backDatedNanoUsd` is
 * not spend: levels add it to move money from its date to the time it was booked
 * (`domain/reporting/back-dating.ts`). `deviatingRequests` counts requests whose stated cost is far
 * from the price of their usage. `savedNanoUsd` is what other models than the asked ones saved, net of
 * `lostCacheNanoUsd` (`domain/ledger/saving.ts`).
 */
export type Measures = Record<Measure, bigint>;

export const NOTHING: Measures = {
  costNanoUsd: 0n,
  disputedNanoUsd: 0n,
  presumedCostNanoUsd: 0n,
  correctedCostNanoUsd: 0n,
  expectedCostNanoUsd: 0n,
  reservedNanoUsd: 0n,
  requests: 0n,
  inputTokens: 0n,
  outputTokens: 0n,
  cacheReadTokens: 0n,
  cacheWriteTokens: 0n,
  latencyMs: 0n,
  latencyCount: 0n,
  backDatedNanoUsd: 0n,
  deviatingRequests: 0n,
  savedNanoUsd: 0n,
  lostCacheNanoUsd: 0n,
};

/** What one posting adds to each of its aggregates. */
export function measuresOf(posting: Posting): Measures {
  const first = posting.requests === 1;
  const { amountNanoUsd, usage, latencyMs } = posting;
  return {
    costNanoUsd: amountNanoUsd,
    disputedNanoUsd: posting.disputedNanoUsd ?? 0n,
    presumedCostNanoUsd: posting.kind === 'presumption' ? amountNanoUsd : 0n,
    correctedCostNanoUsd: posting.kind === 'correction' ? amountNanoUsd : 0n,
    expectedCostNanoUsd: first ? (posting.expectedCostNanoUsd ?? 0n) : 0n,
    reservedNanoUsd: first ? (posting.reservedNanoUsd ?? 0n) : 0n,
    requests: BigInt(posting.requests),
    inputTokens: BigInt(usage.inputTokens),
    outputTokens: BigInt(usage.outputTokens),
    cacheReadTokens: BigInt(usage.cacheReadTokens),
    cacheWriteTokens: BigInt(usage.cacheWriteTokens),
    latencyMs: latencyMs === undefined ? 0n : BigInt(Math.round(latencyMs)),
    latencyCount: latencyMs === undefined ? 0n : 1n,
    backDatedNanoUsd: 0n,
    deviatingRequests: isFarFromPrice(posting.deviations) ? 1n : 0n,
    savedNanoUsd: posting.savedNanoUsd ?? 0n,
    lostCacheNanoUsd: posting.lostCacheNanoUsd ?? 0n,
  };
}

/** All tokens, including cache reads and writes. */
export const tokensIn = (measures: Measures): bigint =>
  measures.inputTokens +
  measures.outputTokens +
  measures.cacheReadTokens +
  measures.cacheWriteTokens;

/** The part of spend that budgets and levels count. */
export const countedIn = ({ costNanoUsd, disputedNanoUsd }: Measures): bigint =>
  costNanoUsd - disputedNanoUsd;

export function subtractMeasures(left: Measures, right: Measures): Measures {
  const rest = { ...left };
  for (const measure of MEASURES) rest[measure] -= right[measure];
  return rest;
}

/** Whether all measures are zero. */
export const isNothing = (measures: Measures): boolean =>
  MEASURES.every((measure) => measures[measure] === 0n);

export function addMeasures(left: Measures, right: Measures): Measures {
  const sum = { ...left };
  for (const measure of MEASURES) sum[measure] += right[measure];
  return sum;
}
