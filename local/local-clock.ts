import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './store/replace-file.ts';

/** The local run's clock: the machine's clock plus an offset that only grows. */
export type LocalClock = {
  /** Milliseconds since 1970 on the shifted clock. */
  now: () => number;
  /** The total offset in milliseconds. */
  offsetMs: () => number;
  /** Moves the clock forward by a non-negative whole number of milliseconds. */
  advance: (ms: number) => void;
  /** The offset as one Float64, which workers read at every `Date.now()`. */
  buffer: SharedArrayBuffer;
};

/**
 * Opens the clock. Stores its offset in the data folder, so that a restart does not go back in
 * time.
 */
export function openLocalClock(dataDirectory: string): LocalClock {
  const path = join(dataDirectory, 'clock.json');
  const buffer = new SharedArrayBuffer(Float64Array.BYTES_PER_ELEMENT);
  const offset = new Float64Array(buffer);
  if (existsSync(path)) {
    const stored = JSON.parse(readFileSync(path, 'utf8')) as { offsetMs?: number };
    offset[0] = stored.offsetMs ?? 0;
  }
  const offsetMs = (): number => offset[0] ?? 0;
  return {
    buffer,
    offsetMs,
    now: () => Date.now() + offsetMs(),
    advance: (ms) => {
      const next = offsetMs() + ms;
      replaceFile(path, JSON.stringify({ offsetMs: next }));
      offset[0] = next;
    },
  };
}
