import { setTimeout as sleep } from 'node:timers/promises';

/** Waits before the next attempt; `conflicts` counts from 1. */
export type Pause = (conflicts: number) => Promise<void>;

/** More retries would only add to the contention that caused them. */
export const ATTEMPTS = 5;
/** The maximum wait is twice this after the first conflict and doubles with each further one. */
export const FIRST_PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 320;

/** Full jitter: waits a random time up to the maximum. */
export const jitteredPause: Pause = async (conflicts) => {
  await sleep(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** conflicts, LONGEST_PAUSE_MS));
};

type Policy = { attempts?: number; pause?: Pause | undefined };

/**
 * Decides from stored data, writes on the condition that it has not changed, and starts over if it
 * has. All optimistic retries use this.
 * @param step one attempt: reads, decides and writes
 * @returns the step's result, or `undefined` if every attempt met a conflict
 */
export async function optimistically<Answer>(
  step: () => Promise<{ done: Answer } | 'conflict'>,
  { attempts = ATTEMPTS, pause = jitteredPause }: Policy = {},
): Promise<{ done: Answer } | undefined> {
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const outcome = await step();
    if (outcome !== 'conflict') return outcome;
    if (attempt < attempts) await pause(attempt);
  }
  return undefined;
}
