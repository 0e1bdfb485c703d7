import type { Telemetry } from '../contracts/telemetry.ts';
import { unavailable } from './errors.ts';

/** What a retrying service depends on; a simulation passes a pause of its own clock. */
export type RetryDeps = {
  telemetry: Telemetry;
  /** Waits before the attempt after this one, counted from 1; with full jitter by default. */
  pause?: ((attempt: number) => Promise<void>) | undefined;
};

/** Beyond a few attempts retries only feed the contention that caused them. */
export const ATTEMPTS = 5;
/** Doubled before every further attempt, the second's included: the longest that it may wait. */
export const FIRST_PAUSE_MS = 8;

/**
 * Runs a step that may meet a transaction conflict, pausing in between.
 * @throws ServiceError `unavailable` when the conflicts do not end: nothing was decided
 */
export async function withRetries<Answer>(
  deps: RetryDeps,
  step: () => Promise<{ done: Answer } | 'conflict'>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await step();
    if (outcome !== 'conflict') return outcome.done;
    await pauseAfterConflict(deps, attempt);
  }
}

/**
 * Counts a conflict and waits before the next attempt.
 * @param conflicts how many there were, this one included
 * @throws ServiceError `unavailable` after the last attempt: nothing was decided
 */
export async function pauseAfterConflict(
  { telemetry, pause = jitteredPause }: RetryDeps,
  conflicts: number,
): Promise<void> {
  telemetry.metric('StoreConflicts', 1);
  if (conflicts < ATTEMPTS) return pause(conflicts);
  throw unavailable('Too many requests are using the same budget. Retry in a second.', 1_000);
}

/** Full jitter. */
export const jitteredPause = (attempt: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** attempt));
