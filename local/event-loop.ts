import { monitorEventLoopDelay } from 'node:perf_hooks';

const NS_PER_MS = 1e6;

/** How long the event loop that serves HTTP was held up since somebody last asked. */
export type EventLoopDelay = { p50Ms: number; p99Ms: number; maxMs: number };

/** Begins to watch the event loop of this thread. */
export function watchEventLoop(): () => EventLoopDelay {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  return () => {
    const seen = {
      p50Ms: delay.percentile(50) / NS_PER_MS,
      p99Ms: delay.percentile(99) / NS_PER_MS,
      maxMs: delay.max / NS_PER_MS,
    };
    delay.reset();
    return seen;
  };
}
