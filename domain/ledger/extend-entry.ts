import type { Entry, EntryState } from './entry.ts';

export type Extension =
  /** The entry with its later end. */
  | { kind: 'change'; entry: Entry & { expiresAtMs: number } }
  /** It ends no earlier than asked, so nothing is written. */
  | { kind: 'repeat'; entry: Entry }
  | { kind: 'refused'; state: Exclude<EntryState, 'reserved'> };

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
  return { kind: 'change', entry: { ...entry, expiresAtMs: untilMs, isListedByExpiry: true } };
}
