import { textHash } from './text-hash.ts';

/**
 * Whether a rollout to a percentage of units includes a unit. Each rollout has its own order of
 * units, so the same ones are not always first. The order never changes, so a larger percentage
 * includes everyone that a smaller one did.
 */
export const isReached = (rollout: string, unit: string, percent: number): boolean =>
  (textHash(`${rollout}#${unit}`) / 2 ** 32) * 100 < percent;
