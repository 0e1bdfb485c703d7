import { setTimeout as sleep } from 'node:timers/promises';

/** Waits after a conflict, counted from 1, before the next attempt. */
export type Pause = (conflicts: number) => Promise<void>;

/** Beyond a few attempts retries only feed the contention that caused them. */
export const ATTEMPTS = 5;
/** The longest wait is twice this after the first conflict, and doubles with each further one. */
export const FIRST_PAUSE_MS = 8;
const LONGEST_PAUSE_MS = 320;

/** Full jitter: any wait up to the longest is as likely as another. */
export const jitteredPause: Pause = async (conflicts) => {
  await sleep(Math.random() * Math.min(FIRST_PAUSE_MS * 2 ** conflicts, LONGEST_PAUSE_MS));
};

type Policy = { attempts?: number; pause?: Pause | undefined };

/**
 * Decides by what is stored and writes on the condition that it has not changed, and starts over when
 * it has. Everything that retries a decision goes through here.
 * @param step one attempt: reads, decides and writes
 * @returns what the step did, or `undefined` when every attempt met a conflict
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
