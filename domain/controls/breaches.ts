import { divideRoundingUp, type NanoUsd } from '../money.ts';
import type { SpelledScope } from '../scopes.ts';
import { limitText, severityOf, type ThresholdLevel, type WatchedPeriod } from './thresholds.ts';

/**
 * What a scope spent in one period: of the UTC calendar or within the last hour, to compare with
 * amounts, or, where `budgetLimitNanoUsd` is set, what a budget recorded by its own calendar, to
 * compare with percentages of it.
 */
export type ScopeSpend = SpelledScope & {
  period: WatchedPeriod;
  /** `2026-11-21T06`, `2026-11-21` or `2026-11`. */
  periodKey: string;
  /** When what was spent no longer counts. Epoch ms. */
  endsAtMs: number;
  spentNanoUsd: NanoUsd;
  budgetLimitNanoUsd?: NanoUsd | undefined;
};

/** One threshold that was reached in one period. */
export type Breach = SpelledScope & {
  level: ThresholdLevel;
  period: WatchedPeriod;
  periodKey: string;
  spentNanoUsd: NanoUsd;
  /** The level's limit as an amount. */
  limitNanoUsd: NanoUsd;
};

/**
 * The levels that a spend has reached, mildest first; nothing spent reaches none. Every path to a
 * breach decides here, so that they agree; its identity (`breachKeyText`) makes it be raised once.
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
 * Identity of a breach within its scope: raised once per threshold and period. A threshold whose
 * configured limit was changed is another threshold; a changed budget under a percent level is not.
 */
export const breachKeyText = ({ level, period, periodKey }: Breach): string =>
  [period, periodKey, level.name, limitText(level)].join('#');

/** Nothing spent reaches nothing. */
export const isReached = (spentNanoUsd: NanoUsd, limitNanoUsd: NanoUsd): boolean =>
  spentNanoUsd > 0n && spentNanoUsd >= limitNanoUsd;

/** The limit of a level for a spend of its kind; `undefined` where the two do not compare. */
export function limitOf(level: ThresholdLevel, budgetLimitNanoUsd?: NanoUsd): NanoUsd | undefined {
  if ('amountNanoUsd' in level) {
    return budgetLimitNanoUsd === undefined ? level.amountNanoUsd : undefined;
  }
  if (budgetLimitNanoUsd === undefined) return undefined;
  // Rounded up, so that a level is reached only when the percentage truly is.
  return divideRoundingUp(budgetLimitNanoUsd * BigInt(level.percentHundredths), 10_000n);
}
