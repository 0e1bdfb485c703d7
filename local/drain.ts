import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalService } from './local-service.ts';

export type Workload = {
  services: readonly LocalService[];
  /** Function invocations that have ended since the start. */
  finishedInvocations: () => number;
};

const POLL_MS = 5;

/**
 * Waits until every stream and queue is processed and no function runs, including work caused by
 * that processing. Resolves to `false` after `limitMs` milliseconds.
 */
export async function waitUntilDrained(
  { services, finishedInvocations }: Workload,
  limitMs: number,
): Promise<boolean> {
  const drains = services.flatMap(({ drain }) => drain ?? []);
  const until = performance.now() + limitMs;
  for (;;) {
    const mark = performance.now();
    const invocations = finishedInvocations();
    for (const drain of drains) drain.look?.();
    while (!drains.every((drain) => drain.isDone(mark))) {
      if (performance.now() > until) return false;
      await sleep(POLL_MS);
    }
    // A function that ended in the meantime may have written more.
    if (finishedInvocations() === invocations) return true;
  }
}
