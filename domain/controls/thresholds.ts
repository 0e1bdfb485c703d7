import { formatUsd, NANO_PER_USD, type NanoUsd } from '../money.ts';
import type { Period } from '../periods.ts';
import type { Scope } from '../scopes.ts';

/** Levels in rising order of severity. */
export const LEVEL_NAMES = ['warning', 'critical', 'emergency'] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

export const CONTROL_ACTIONS = ['alert', 'throttle', 'disable', 'shutdown'] as const;
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

/** Where a level lies: an amount, or hundredths of a percent of the scope's budget of the period. */
export type LevelLimit = { amountNanoUsd: NanoUsd } | { percentHundredths: number };

/** Spend of `period` at or above the limit breaches the level. */
export type ThresholdLevel = LevelLimit & {
  name: LevelName;
  period: Period;
  /** What is configured to happen; see README.md for what is carried out. */
  action: ControlAction;
};

/** Where the levels in force for a scope come from. */
export type ThresholdSource = 'scope' | 'organization' | 'builtin';

export const DEFAULT_LEVELS: readonly ThresholdLevel[] = [
  { name: 'warning', amountNanoUsd: 5n * NANO_PER_USD, period: 'daily', action: 'alert' },
  { name: 'critical', amountNanoUsd: 10n * NANO_PER_USD, period: 'daily', action: 'throttle' },
  { name: 'emergency', amountNanoUsd: 25n * NANO_PER_USD, period: 'daily', action: 'shutdown' },
];

/**
 * The levels in force: the scope's own, else the organization's, else the built-in ones. Models are
 * watched only where they have levels of their own: their spend is in the other scopes' already.
 */
export function levelsInForce(
  scope: Scope,
  own: readonly ThresholdLevel[] | undefined,
  organizations: readonly ThresholdLevel[] | undefined,
): { source: ThresholdSource; levels: readonly ThresholdLevel[] } {
  if (own) return { source: 'scope', levels: own };
  if (scope === 'model') return { source: 'builtin', levels: [] };
  if (organizations) return { source: 'organization', levels: organizations };
  return { source: 'builtin', levels: DEFAULT_LEVELS };
}

export type LevelFault = { position: number; message: string };

/**
 * What is wrong with a set of levels: names must be unique, and among levels of one period and one
 * unit (amount or percent) a more severe level must have a higher limit.
 */
export function faultsOfLevels(levels: readonly ThresholdLevel[]): LevelFault[] {
  return levels.flatMap((level, position) => {
    const before = levels.slice(0, position);
    if (before.some(({ name }) => name === level.name)) {
      return [{ position, message: `the level "${level.name}" is given twice` }];
    }
    const other = levels.find((candidate) => isMilderButNotLower(candidate, level));
    return other
      ? [{ position, message: `"${level.name}" must have a higher limit than "${other.name}"` }]
      : [];
  });
}

/** The limit as text that identifies it: `amount:5.000000000`, `percent:80.00`. */
export const limitText = (limit: LevelLimit): string =>
  'amountNanoUsd' in limit
    ? `amount:${formatUsd(limit.amountNanoUsd)}`
    : `percent:${(limit.percentHundredths / 100).toFixed(2)}`;

function isMilderButNotLower(candidate: ThresholdLevel, level: ThresholdLevel): boolean {
  if (severityOf(candidate.name) >= severityOf(level.name)) return false;
  if (candidate.period !== level.period) return false;
  if ('amountNanoUsd' in candidate && 'amountNanoUsd' in level) {
    return candidate.amountNanoUsd >= level.amountNanoUsd;
  }
  if ('percentHundredths' in candidate && 'percentHundredths' in level) {
    return candidate.percentHundredths >= level.percentHundredths;
  }
  return false;
}

/** Rank of a level, rising with severity. */
export const severityOf = (name: LevelName): number => LEVEL_NAMES.indexOf(name);
