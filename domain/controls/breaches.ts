import { divideRoundingUp, formatUsd, type NanoUsd } from '../money.ts';
import type { SpelledScope } from '../scopes.ts';
import type { LevelSource } from './levels-in-force.ts';
import { limitText, severityOf, type ThresholdLevel, type WatchedPeriod } from './thresholds.ts';

/**
 * What a scope spent in one period. Without `budgetLimitNanoUsd` it covers a UTC period or the last
 * hour and is compared with amounts. With it, it is what a budget settled in its own calendar and
 * is compared with percentages of that budget.
 */
export type ScopeSpend = SpelledScope & {
  period: WatchedPeriod;
  /** `2026-11-21T06`, `2026-11-21` or `2026-11`. */
  periodKey: string;
  /** When this spend stops counting. Epoch ms. */
  endsAtMs: number;
  spentNanoUsd: NanoUsd;
  budgetLimitNanoUsd?: NanoUsd | undefined;
};

/** One threshold that spend reached in one period. */
export type Breach = SpelledScope & {
  /** The level, and what set it where that is known. */
  level: ThresholdLevel & { source?: LevelSource | undefined };
  period: WatchedPeriod;
  periodKey: string;
  spentNanoUsd: NanoUsd;
  /** The level's limit converted to an amount. */
  limitNanoUsd: NanoUsd;
};

/**
 * The levels that a spend has reached, mildest first. Zero spend reaches none. Every path that
 * raises breaches calls this, so they all agree; `breachKeyText` makes sure each breach is raised
 * only once.
 */
export function breachesOf(spend: ScopeSpend, levels: readonly ThresholdLevel[]): Breach[] {
  const { scope, scopeId, period, periodKey, spentNanoUsd } = spend;
  return levels
    .filter((level) => level.period === period)
    .flatMap((level) => {
      const limitNanoUsd = limitOf(level, spend.budgetLimitNanoUsd);
      if (limitNanoUsd === undefined || !isReached(spentNanoUsd, limitNanoUsd)) return [];
      return [{ scope, scopeId, level, period, periodKey, spentNanoUsd, limitNanoUsd }];
    })
    .toSorted((left, right) => severityOf(left.level.name) - severityOf(right.level.name));
}

/**
 * Identifies a breach within its scope, so each amount is crossed once per period. A changed limit,
 * of a level or of the budget under a percentage level, is another amount.
 */
export const breachKeyText = ({ level, period, periodKey, limitNanoUsd }: Breach): string => {
  const amount = 'percentHundredths' in level ? `=${formatUsd(limitNanoUsd)}` : '';
  return [period, periodKey, level.name, `${limitText(level)}${amount}`].join('#');
};

/** Zero spend never reaches a limit, not even a limit of zero. */
export const isReached = (spentNanoUsd: NanoUsd, limitNanoUsd: NanoUsd): boolean =>
  spentNanoUsd > 0n && spentNanoUsd >= limitNanoUsd;

/**
 * A level's limit in the unit of the spend. `undefined` if the level needs a budget and the spend
 * has none, or the other way around.
 */
export function limitOf(level: ThresholdLevel, budgetLimitNanoUsd?: NanoUsd): NanoUsd | undefined {
  if ('amountNanoUsd' in level) {
    return budgetLimitNanoUsd === undefined ? level.amountNanoUsd : undefined;
  }
  if (budgetLimitNanoUsd === undefined) return undefined;
  // Round up, so that spend never reaches the level before it reaches the exact percentage.
  return divideRoundingUp(budgetLimitNanoUsd * BigInt(level.percentHundredths), 10_000n);
}
