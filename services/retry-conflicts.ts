import { ProblemError } from '../contracts/problem.ts';
import type { Telemetry } from '../contracts/telemetry.ts';

/** Beyond a few attempts retries only feed the contention that caused them. */
const ATTEMPTS = 5;
const FIRST_PAUSE_MS = 8;

/**
 * Runs a step that may meet a transaction conflict, pausing with full jitter in between.
 * @throws ProblemError `unavailable` when the conflicts do not end: nothing was decided
 */
export async function withRetries<Answer>(
  telemetry: Telemetry,
  step: () => Promise<{ done: Answer } | 'conflict'>,
): Promise<Answer> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const outcome = await step();
    if (outcome !== 'conflict') return outcome.done;
    telemetry.metric('StoreConflicts', 1);
    await new Promise((resolve) =>
      setTimeout(resolve, Math.random() * FIRST_PAUSE_MS * 2 ** attempt),
    );
  }
  throw new ProblemError('unavailable', 'many requests contend for one budget: retry shortly', {
    headers: { 'retry-after': '1' },
  });
}
