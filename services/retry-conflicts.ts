import type { Telemetry } from '../contracts/telemetry.ts';
import { ATTEMPTS, jitteredPause, optimistically, type Pause } from '../tables/optimistically.ts';
import { unavailable } from './errors.ts';

/** Dependencies of a service that retries. A simulation passes its own clock's pause. */
export type RetryDeps = { telemetry: Telemetry; pause?: Pause | undefined };

/**
 * Repeats a step on transaction conflicts, and counts them.
 * @throws ServiceError `unavailable` if the conflicts persist: nothing was decided
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
 * @param conflicts the number so far, including this one
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
