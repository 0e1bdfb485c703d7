import { quantiles } from '../../domain/series/quantile.ts';

/** How long calls took, and how many completed per second. */
export type Timing = { p50Ms: number; p95Ms: number; p99Ms: number; perSecond: number };

/** Makes `count` calls, this many at a time. */
export async function timedCalls(
  count: number,
  concurrency: number,
  call: (index: number) => Promise<void>,
): Promise<Timing> {
  const latenciesMs: number[] = [];
  let next = 0;
  const startedMs = performance.now();
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (next < count) {
        const index = next++;
        const calledMs = performance.now();
        await call(index);
        latenciesMs.push(performance.now() - calledMs);
      }
    }),
  );
  const seconds = (performance.now() - startedMs) / 1_000;
  const [p50Ms = 0, p95Ms = 0, p99Ms = 0] = quantiles(latenciesMs, [0.5, 0.95, 0.99]);
  return { p50Ms, p95Ms, p99Ms, perSecond: count / seconds };
}
