import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from './store/replace-file.ts';

/** The clock of the local run: the machine's, moved forward by an offset that only grows. */
export interface LocalClock {
  /** Milliseconds since 1970 on the moved clock. */
  readonly now: () => number;
  /** How far the clock was moved in all, in milliseconds. */
  readonly offsetMs: () => number;
  /** Moves the clock forward by a non-negative whole number of milliseconds. */
  readonly advance: (ms: number) => void;
  /** One Float64 with the offset, which workers read at every `Date.now()`. */
  readonly buffer: SharedArrayBuffer;
}

/** Opens the clock; its offset is kept in the data folder so that a restart is not in the past. */
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
