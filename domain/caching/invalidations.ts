import { matchesPattern } from './pattern.ts';

/** Names that match are no longer used if they were stored up to this instant. */
export type Invalidation = { pattern: string; atMs: number };

/** More would make every read slower. */
const MOST = 40;
const EVERYTHING = '*';

/**
 * Adds an invalidation. Those that can concern nothing any more are left out; the same pattern is
 * kept once. If there are too many, the oldest become one that concerns everything before it: that
 * forgets more than was asked for, never less.
 * @param longestLifeMs how long anything is kept
 */
export function withInvalidation(
  earlier: readonly Invalidation[],
  added: Invalidation,
  longestLifeMs: number,
): Invalidation[] {
  const all = [
    ...earlier.filter(
      ({ pattern, atMs }) => pattern !== added.pattern && atMs > added.atMs - longestLifeMs,
    ),
    added,
  ].toSorted((left, right) => left.atMs - right.atMs);
  if (all.length <= MOST) return all;
  const [oldest, ...rest] = all.slice(all.length - MOST);
  return oldest ? [{ pattern: EVERYTHING, atMs: oldest.atMs }, ...rest] : rest;
}

/** Whether an invalidation concerns a name that was stored at an instant. */
export const isInvalidated = (
  invalidations: readonly Invalidation[],
  name: string,
  storedAtMs: number,
): boolean =>
  invalidations.some(({ pattern, atMs }) => storedAtMs <= atMs && matchesPattern(pattern, name));
