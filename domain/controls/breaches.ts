import type { NanoUsd } from '../money.ts';
import type { Period } from '../periods.ts';
import type { ScopeRef } from '../scopes.ts';
import { limitText, severityOf, type ThresholdLevel } from './thresholds.ts';

/** What a scope spent in one period. */
export type ScopeSpend = ScopeRef & {
  period: Period;
  /** `2026-11-21` or `2026-11`. */
  periodKey: string;
  spentNanoUsd: NanoUsd;
  /** The scope's budget of the period, where it has one: percentages are of this. */
  budgetNanoUsd?: NanoUsd | undefined;
};

/** One threshold that the spend of one period has reached. */
export type Breach = ScopeSpend & {
  level: ThresholdLevel;
  /** The level's limit as an amount. */
  limitNanoUsd: NanoUsd;
};

/**
 * The levels that a spend has reached, mildest first. Every path to a breach decides here, so that
 * they agree; that a breach is raised once is for its identity (`breachKeyText`) to ensure. A
 * percent level of a scope without a budget in the period cannot be reached.
 */
export function breachesOf(spend: ScopeSpend, levels: readonly ThresholdLevel[]): Breach[] {
  return levels
    .filter(({ period }) => period === spend.period)
    .flatMap((level) => {
      const limitNanoUsd = limitOf(level, spend.budgetNanoUsd);
      if (limitNanoUsd === undefined || spend.spentNanoUsd < limitNanoUsd) return [];
      return [{ ...spend, level, limitNanoUsd }];
    })
    .toSorted((one, other) => severityOf(one.level.name) - severityOf(other.level.name));
}

/**
 * Identity of a breach within its scope: raised once per threshold and period. A threshold whose
 * configured limit was changed is another threshold; a changed budget under a percent level is not.
 */
export const breachKeyText = ({ level, period, periodKey }: Breach): string =>
  [period, periodKey, level.name, limitText(level)].join('#');

function limitOf(level: ThresholdLevel, budgetNanoUsd: NanoUsd | undefined): NanoUsd | undefined {
  if ('amountNanoUsd' in level) return level.amountNanoUsd;
  if (budgetNanoUsd === undefined) return undefined;
  const hundredths = budgetNanoUsd * BigInt(level.percentHundredths);
  // Rounded up, so that a level is reached only when the percentage truly is.
  return (hundredths + 9_999n) / 10_000n;
}
