import type { Saving } from './saving.ts';

export const CONFIDENCE_LEVELS = ['low', 'medium', 'high'] as const;
export type ConfidenceLevel = (typeof CONFIDENCE_LEVELS)[number];

/** How sure advice is, from how many requests on how many days. Settings have no requests. */
export type Confidence = { level: ConfidenceLevel; requests: number; days: number };

const HIGH_SHARE = 0.8;
const MEDIUM_SHARE = 0.5;
const HIGH_DAYS = 7;

/**
 * A saving is as certain as the least that it may be, as a share of the expected one. A question is
 * never certain.
 */
export function confidenceOf(saving: Saving, isQuestion: boolean): Confidence {
  const { requests, days, perMonthNanoUsd, leastPerMonthNanoUsd } = saving;
  const certainty = Number(leastPerMonthNanoUsd) / Number(perMonthNanoUsd);
  const level =
    isQuestion || certainty < MEDIUM_SHARE
      ? 'low'
      : certainty >= HIGH_SHARE && days >= HIGH_DAYS
        ? 'high'
        : 'medium';
  return { level, requests, days };
}

/** Fewer requests than this in a run may mean that it came too early in an organization's life. */
const FEW_REQUESTS = 100;
const AGAIN_AFTER_MS = 60_000;

/**
 * Whether it is too early to recompute advice on request. New organizations need not wait for the
 * nightly run, but not every request may trigger one.
 * @param run the last run, if there was one
 */
export const isTooEarly = (
  run: { sampledRequests: number; atMs: number } | undefined,
  nowMs: number,
): boolean => !run || (run.sampledRequests < FEW_REQUESTS && nowMs - run.atMs >= AGAIN_AFTER_MS);
