import type { Telemetry } from '../contracts/telemetry.ts';
import { ATTEMPTS, jitteredPause, optimistically, type Pause } from '../tables/optimistically.ts';
import { unavailable } from './errors.ts';

/** What a retrying service depends on; a simulation passes a pause of its own clock. */
export type RetryDeps = { telemetry: Telemetry; pause?: Pause | undefined };

/**
 * Repeats a step that meets transaction conflicts, and counts them.
 * @throws ServiceError `unavailable` when the conflicts do not end: nothing was decided
 */
export async function withRetries<Answer>(
  deps: RetryDeps,
  step: () => Promise<{ done: Answer } | 'conflict'>,
): Promise<Answer> {
  const outcome = await optimistically(
    async () => {
      const attempt = await step();
      if (attempt === 'conflict') countConflict(deps);
      return attempt;
    },
    { pause: deps.pause },
  );
  if (!outcome) throw contended();
  return outcome.done;
}

/**
 * Counts a conflict and waits before the next attempt.
 * @param conflicts how many there were, this one included
 * @throws ServiceError `unavailable` after the last attempt: nothing was decided
 */
export async function pauseAfterConflict(deps: RetryDeps, conflicts: number): Promise<void> {
  countConflict(deps);
  if (conflicts >= ATTEMPTS) throw contended();
  await (deps.pause ?? jitteredPause)(conflicts);
}

const countConflict = ({ telemetry }: RetryDeps): void => telemetry.metric('StoreConflicts', 1);

const contended = () =>
  unavailable('Too many requests are using the same budget. Retry in a second.', 1_000);
