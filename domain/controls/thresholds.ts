import { formatUsd, type NanoUsd } from '../money.ts';
import type { Severity } from '../severity.ts';
import type { ThrottleTier } from './restriction.ts';

/** Levels from mildest to most severe. */
export const LEVEL_NAMES = ['warning', 'critical', 'emergency'] as const;
export type LevelName = (typeof LEVEL_NAMES)[number];

export const CONTROL_ACTIONS = ['alert', 'throttle', 'disable', 'shutdown'] as const;
export type ControlAction = (typeof CONTROL_ACTIONS)[number];

/** `hourly` is a rate: spend within the last 60 minutes, in USD per hour. */
export const WATCHED_PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'total'] as const;
export type WatchedPeriod = (typeof WATCHED_PERIODS)[number];

/** A level's limit: an amount, or hundredths of a percent of the scope's budget for the period. */
export type LevelLimit = { amountNanoUsd: NanoUsd } | { percentHundredths: number };

/** Spend of `period` at or above the limit breaches the level. */
export type ThresholdLevel = LevelLimit & {
  name: LevelName;
  period: WatchedPeriod;
  action: ControlAction;
  /** Only for `throttle`. Without it the tier rises as spend approaches the next level. */
  tier?: ThrottleTier | undefined;
  /** Only for `throttle`. Exempts requests of this severity or above. */
  spares?: Severity | undefined;
};

export type LevelFault = { position: number; message: string };

/**
 * Validates a set of levels. Names must be unique within a period, hourly levels need an amount,
 * only `throttle` takes a tier and an exempt severity, and a more severe level must have a higher
 * limit than milder ones of the same period and unit.
 */
export function faultsOfLevels(levels: readonly ThresholdLevel[]): LevelFault[] {
  return levels.flatMap((level, position) => {
    const before = levels.slice(0, position);
    if (before.some(({ name, period }) => name === level.name && period === level.period)) {
      return [{ position, message: `the ${level.period} level "${level.name}" is listed twice` }];
    }
    if (level.period === 'hourly' && 'percentHundredths' in level) {
      return [
        { position, message: 'an hourly level needs an amount, because no budget is hourly' },
      ];
    }
    if (level.period === 'total' && 'amountNanoUsd' in level) {
      return [
        {
          position,
          message: 'a total level needs a percentage, because only a budget has a total',
        },
      ];
    }
    if (level.action !== 'throttle' && (level.tier ?? level.spares) !== undefined) {
      return [{ position, message: 'tier and spares require the action "throttle"' }];
    }
    const other = levels.find((candidate) => isMilderButNotLower(candidate, level));
    return other
      ? [{ position, message: `"${level.name}" must have a higher limit than "${other.name}"` }]
      : [];
  });
}

/** A limit as text that identifies it: `amount:5.000000000`, `percent:80.00`. */
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

/** Rank of a level; more severe levels rank higher. */
export const severityOf = (name: LevelName): number => LEVEL_NAMES.indexOf(name);

/** A level that comes with a budget; it has the budget's period unless it names an amount in another. */
export type BudgetLevel = LevelLimit &
  Omit<ThresholdLevel, 'period'> & { period?: WatchedPeriod | undefined };

/** What is wrong with the levels of a budget, by the fields of its `thresholds`. */
export function faultsOfBudgetLevels(
  budgetPeriod: WatchedPeriod,
  requested: readonly BudgetLevel[],
): { field: string; message: string }[] {
  const foreign = requested.flatMap(({ period = budgetPeriod, ...level }, position) =>
    'percentHundredths' in level && period !== budgetPeriod
      ? [
          {
            field: `thresholds[${position}].period`,
            message: `a percentage is of this ${budgetPeriod} budget, so leave the period out`,
          },
        ]
      : [],
  );
  const levels = requested.map((level) => ({ ...level, period: level.period ?? budgetPeriod }));
  const others = faultsOfLevels(levels).map(({ position, message }) => ({
    field: `thresholds[${position}]`,
    message,
  }));
  return foreign.length > 0 ? foreign : others;
}

/** The periods in which some levels are percentages, each once. */
export const percentPeriodsOf = (levels: readonly ThresholdLevel[]): WatchedPeriod[] => [
  ...new Set(levels.flatMap((level) => ('percentHundredths' in level ? [level.period] : []))),
];
