import { createPurser, type Purser, type PurserOptions } from '../../client/purser.ts';
import { PurserError } from '../../client/purser-error.ts';

/** An answer or a refusal, how long the last attempt took, and how often the call was repeated. */
export type TimedAnswer<Answer> = {
  answer: Answer | PurserError;
  latencyMs: number;
  retries: number;
};

export type TimedPurser = <Answer>(
  call: (purser: Purser) => Promise<Answer>,
) => Promise<TimedAnswer<Answer>>;

const ATTEMPT_TIMEOUT_MS = 30_000;
/** About a minute of pauses. */
export const PATIENT_RETRIES = 14;

/** Times calls of the API. Waits about a minute for a server that does not answer. */
export const timedPurser =
  ({ fetch: send = fetch, ...options }: PurserOptions): TimedPurser =>
  async (call) => {
    let attempts = 0;
    let latencyMs = 0;
    const purser = createPurser({
      retries: PATIENT_RETRIES,
      ...options,
      async fetch(address, init) {
        attempts += 1;
        const startedMs = performance.now();
        const signal = AbortSignal.timeout(ATTEMPT_TIMEOUT_MS);
        const response = await send(address, { ...init, signal });
        const text = await response.text();
        latencyMs = performance.now() - startedMs;
        return new Response(text === '' ? null : text, response);
      },
    });
    const answer = await call(purser).catch(purserError);
    return { answer, latencyMs, retries: attempts - 1 };
  };

/** Returns a refusal as a value, and rethrows any other error. */
export function purserError(error: unknown): PurserError {
  if (error instanceof PurserError) return error;
  throw error;
}
