import { isAtLeast, type Severity } from '../severity.ts';

export const THROTTLE_TIERS = [1, 2, 3] as const;
/**
 * 1 prefers a cheaper model; 2 forces the cheapest and limits the rate; 3 admits only critical
 * requests.
 */
export type ThrottleTier = (typeof THROTTLE_TIERS)[number];

/** What a control does to its scope's requests, from mildest to strictest. */
export type Restriction =
  | {
      action: 'throttle';
      tier: ThrottleTier;
      /** Requests of this severity or above are not throttled. */
      spares?: Severity | undefined;
    }
  | { action: 'disable' }
  | { action: 'shutdown' };

/** How many requests a minute tier 2 admits for one scope. */
export const TIER_2_REQUESTS_PER_MINUTE = 60;

/** Ranks restrictions by how much they block. No restriction ranks 0. */
export function strengthOf(restriction: Restriction | undefined): number {
  if (!restriction) return 0;
  if (restriction.action === 'shutdown') return 30;
  if (restriction.action === 'disable') return 20;
  const sparing = { critical: 2, high: 1, medium: 0, low: 0 };
  return restriction.tier * 4 + (restriction.spares ? sparing[restriction.spares] : 3);
}

/** Whether a restriction applies to requests of this severity. */
export function concerns(restriction: Restriction, severity: Severity): boolean {
  if (restriction.action !== 'throttle') return true;
  return restriction.spares === undefined || !isAtLeast(severity, restriction.spares);
}

/** A restriction as text, such as `throttle tier 2, sparing critical`. */
export const restrictionText = (restriction: Restriction): string =>
  restriction.action === 'throttle'
    ? `throttle tier ${restriction.tier}${restriction.spares ? `, sparing ${restriction.spares}` : ''}`
    : restriction.action;

/** A restriction as what its scope is: `throttled (tier 2, sparing critical)`, `shut down`. */
export function stateText(restriction: Restriction): string {
  if (restriction.action === 'shutdown') return 'shut down';
  if (restriction.action === 'disable') return 'disabled';
  return `throttled (${restrictionText(restriction).replace('throttle ', '')})`;
}
