import { NANO_PER_USD } from '../money.ts';
import type { NamedScope } from '../scopes.ts';
import type { ThresholdLevel } from './thresholds.ts';

/** The daily levels of users for whom nobody set any. */
export const DEFAULT_LEVELS: readonly ThresholdLevel[] = [
  { name: 'warning', amountNanoUsd: 5n * NANO_PER_USD, period: 'daily', action: 'alert' },
  { name: 'critical', amountNanoUsd: 10n * NANO_PER_USD, period: 'daily', action: 'throttle' },
  { name: 'emergency', amountNanoUsd: 25n * NANO_PER_USD, period: 'daily', action: 'shutdown' },
];

/** These scopes are shared, so by default one person's spend must not stop everyone else. */
const SHARED_DEFAULT_LEVELS: readonly ThresholdLevel[] = DEFAULT_LEVELS.map((level) => ({
  ...level,
  action: 'alert',
}));

/**
 * Limits on an organization's hourly spend. Above 100 USD, only requests of severity `high` or
 * above keep their model. Above 200 USD, only critical ones do. Above 1,000 USD, only critical
 * requests are admitted.
 */
const DEFAULT_RATES: readonly ThresholdLevel[] = [
  {
    name: 'warning',
    amountNanoUsd: 100n * NANO_PER_USD,
    period: 'hourly',
    action: 'throttle',
    tier: 1,
    spares: 'high',
  },
  {
    name: 'critical',
    amountNanoUsd: 200n * NANO_PER_USD,
    period: 'hourly',
    action: 'throttle',
    tier: 1,
    spares: 'critical',
  },
  {
    name: 'emergency',
    amountNanoUsd: 1_000n * NANO_PER_USD,
    period: 'hourly',
    action: 'throttle',
    tier: 3,
  },
];

/** The levels of scopes for which nobody set any. */
export const BUILT_IN: Record<NamedScope | 'tag', readonly ThresholdLevel[]> = {
  user: DEFAULT_LEVELS,
  department: SHARED_DEFAULT_LEVELS,
  organization: [...SHARED_DEFAULT_LEVELS, ...DEFAULT_RATES],
  system: SHARED_DEFAULT_LEVELS,
  // A model's spend already counts in the other scopes.
  model: [],
  session: [],
  tag: [],
};
