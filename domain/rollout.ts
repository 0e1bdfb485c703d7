import { textHash } from './text-hash.ts';

/**
 * Whether a unit is reached by a roll-out to a share of all units. Each roll-out has an order of its
 * own in which it reaches them, so that it is not always the same who come first; within one the
 * order never changes: a larger share keeps everybody whom a smaller one reached.
 */
export const isReached = (rollout: string, unit: string, percent: number): boolean =>
  (textHash(`${rollout}#${unit}`) / 2 ** 32) * 100 < percent;
