import { divideRoundingUp, formatUsd } from '../money.ts';
import type { SpelledScope } from '../scopes.ts';
import type { LevelSource } from './levels-in-force.ts';
import type { Measured } from './spend-unit.ts';
import { limitText, severityOf, type ThresholdLevel, type WatchedPeriod } from './thresholds.ts';

/**
 * What a scope spent in one period. Without `budgetLimit` it covers a UTC period or the last
 * hour and is compared with amounts. With it, it is what a budget settled in its own calendar, in one
 * of the units that it limits, and is compared with percentages of that limit.
 */
export type ScopeSpend = SpelledScope &
  Measured & {
    period: WatchedPeriod;
    /** `2026-11-21T06`, `2026-11-21` or `2026-11`. */
    periodKey: string;
    /** When this spend stops counting. Epoch ms. */
    endsAtMs: number;
    spent: bigint;
    budgetLimit?: bigint | undefined;
  };

/** One threshold that spend reached in one period. */
export type Breach = SpelledScope &
  Measured & {
    /** The level, and what set it where that is known. */
    level: ThresholdLevel & { source?: LevelSource | undefined };
    period: WatchedPeriod;
    periodKey: string;
    spent: bigint;
    /** The level's limit in the unit of the spend. */
    limit: bigint;
    /** When this spend stops counting, if it does and that is known. Epoch ms. */
    endsAtMs?: number | undefined;
  };

/**
 * The levels that a spend has reached, mildest first. Zero spend reaches none. Every path that
 * raises breaches calls this, so they all agree; `breachKeyText` makes sure each breach is raised
 * only once.
 */
export function breachesOf(spend: ScopeSpend, levels: readonly ThresholdLevel[]): Breach[] {
  const { scope, scopeId, period, periodKey, spent, unit } = spend;
  const endsAtMs = Number.isFinite(spend.endsAtMs) ? spend.endsAtMs : undefined;
  return levels
    .filter((level) => level.period === period)
    .flatMap((level) => {
      const limit = limitOf(level, spend.budgetLimit);
      if (limit === undefined || !isReached(spent, limit)) return [];
      return [{ scope, scopeId, level, period, periodKey, spent, limit, unit, endsAtMs }];
    })
    .toSorted((left, right) => severityOf(left.level.name) - severityOf(right.level.name));
}

/**
 * Identifies a breach within its scope, so each amount is crossed once per period. A changed limit,
 * of a level or of the budget under a percentage level, is another amount.
 */
export const breachKeyText = ({ level, period, periodKey, limit, unit }: Breach): string => {
  const reached = unit === undefined ? formatUsd(limit) : `${limit} ${unit}`;
  const amount = 'percentHundredths' in level ? `=${reached}` : '';
  return [period, periodKey, level.name, `${limitText(level)}${amount}`].join('#');
};

/** Zero spend never reaches a limit, not even a limit of zero. */
export const isReached = (spent: bigint, limit: bigint): boolean => spent > 0n && spent >= limit;

/**
 * A level's limit in the unit of the spend. `undefined` if the level needs a budget and the spend
 * has none, or the other way around.
 */
export function limitOf(level: ThresholdLevel, budgetLimit?: bigint): bigint | undefined {
  if ('amountNanoUsd' in level) {
    return budgetLimit === undefined ? level.amountNanoUsd : undefined;
  }
  if (budgetLimit === undefined) return undefined;
  // Round up, so that spend never reaches the level before it reaches the exact percentage.
  return divideRoundingUp(budgetLimit * BigInt(level.percentHundredths), 10_000n);
}
