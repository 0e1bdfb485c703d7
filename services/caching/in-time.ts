import { setTimeout as sleep } from 'node:timers/promises';

/** A promise did not settle in time. It goes on, and nobody looks at how it ends. */
export class TooSlowError extends Error {
  override name = 'TooSlowError';
}

/** @throws TooSlowError if it takes longer */
export async function inTime<Value>(call: Promise<Value>, timeoutMs: number): Promise<Value> {
  const ended = new AbortController();
  const late = sleep(timeoutMs, undefined, { signal: ended.signal }).then((): never => {
    throw new TooSlowError(`no answer in ${timeoutMs} ms`);
  });
  late.catch(() => undefined);
  call.catch(() => undefined);
  try {
    return await Promise.race([call, late]);
  } finally {
    ended.abort();
  }
}
