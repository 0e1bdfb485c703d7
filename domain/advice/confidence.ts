export const CONFIDENCE_LEVELS = ['low', 'medium', 'high'] as const;
export type ConfidenceLevel = (typeof CONFIDENCE_LEVELS)[number];

/**
 * `spread` is the standard deviation of daily savings divided by their mean; absent for settings.
 */
export type Confidence = {
  level: ConfidenceLevel;
  requests: number;
  days: number;
  spread?: number | undefined;
};

/** Advice needs at least this many requests. */
export const LEAST_REQUESTS = 100;
export const LEAST_DAYS = 3;

/**
 * How reliable a saving is, based on how many requests and days show it and how evenly.
 * @param isAssumed true if it relies on something nobody measured, which makes confidence low
 */
export function confidenceOf(
  savingsByDay: readonly number[],
  requests: number,
  isAssumed: boolean,
): Confidence {
  const days = savingsByDay.length;
  const mean = savingsByDay.reduce((sum, saving) => sum + saving, 0) / days;
  const variance =
    savingsByDay.reduce((sum, saving) => sum + (saving - mean) ** 2, 0) / Math.max(1, days - 1);
  const spread = mean === 0 ? 0 : Math.sqrt(variance) / Math.abs(mean);
  return { level: levelOf(requests, days, spread, isAssumed), requests, days, spread };
}

function levelOf(
  requests: number,
  days: number,
  spread: number,
  isAssumed: boolean,
): ConfidenceLevel {
  if (isAssumed || requests < 300 || days < 5 || spread > 1) return 'low';
  return requests >= 1_000 && days >= 7 && spread <= 0.5 ? 'high' : 'medium';
}

const AGAIN_AFTER_MS = 60_000;

/**
 * Whether it is too early to recompute advice on request. New organizations need not wait for the
 * nightly run, but not every request may trigger one.
 * @param run the last run, if there was one
 */
export const isTooEarly = (
  run: { sampledRequests: number; atMs: number } | undefined,
  nowMs: number,
): boolean => !run || (run.sampledRequests < LEAST_REQUESTS && nowMs - run.atMs >= AGAIN_AFTER_MS);
