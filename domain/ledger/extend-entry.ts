import type { Entry, EntryState } from './entry.ts';

/**
 * A reservation holds its money for at most seven days, however often it is extended. The longest
 * jobs that providers accept, batch jobs, take that long.
 */
export const LONGEST_HOLD_MS = 7 * 86_400_000;

export type Extension =
  /** The entry with its later end. */
  | { kind: 'change'; entry: Entry & { expiresAtMs: number } }
  /** It ends no earlier than asked, so nothing is written. */
  | { kind: 'repeat'; entry: Entry }
  | { kind: 'refused'; state: Exclude<EntryState, 'reserved'> }
  /** It would be held for too long. `mostMs` is the latest end. */
  | { kind: 'too-long'; mostMs: number };

/**
 * Holds the money of an open reservation until a later time. The end never moves back. The version
 * stays the same, because it counts changes of state.
 * @param untilMs the end that is asked for
 */
export function extendEntry(entry: Entry, untilMs: number, nowMs: number): Extension {
  if (entry.state !== 'reserved') return { kind: 'refused', state: entry.state };
  const { expiresAtMs = 0 } = entry;
  if (expiresAtMs <= nowMs) return { kind: 'refused', state: 'expired' };
  if (untilMs <= expiresAtMs) return { kind: 'repeat', entry };
  const mostMs = entry.occurredAtMs + LONGEST_HOLD_MS;
  if (untilMs > mostMs) return { kind: 'too-long', mostMs };
  return { kind: 'change', entry: { ...entry, expiresAtMs: untilMs, isListedByExpiry: true } };
}
