import type { NanoUsd } from '../money.ts';
import type { Period } from '../periods.ts';
import type { ScopeRef } from '../scopes.ts';
import { limitText, severityOf, type ThresholdLevel } from './thresholds.ts';

/** What a budget has recorded in one of its periods, by its own calendar. */
export type BudgetSpend = { periodKey: string; limitNanoUsd: NanoUsd; settledNanoUsd: NanoUsd };

/** What a scope spent in one period. */
export type ScopeSpend = ScopeRef & {
  period: Period;
  /** `2026-11-21` or `2026-11`, UTC. */
  periodKey: string;
  spentNanoUsd: NanoUsd;
  /** The scope's budget of this kind of period, where it has one: percentages are of this. */
  budget?: BudgetSpend | undefined;
};

/** One threshold that was reached in one period. */
export type Breach = ScopeRef & {
  level: ThresholdLevel;
  period: Period;
  periodKey: string;
  spentNanoUsd: NanoUsd;
  /** The level's limit as an amount. */
  limitNanoUsd: NanoUsd;
};

/**
 * The levels that a spend has reached, mildest first. Every path to a breach decides here, so that
 * they agree; its identity (`breachKeyText`) makes it be raised once. Amounts are compared with the
 * spend of the UTC period, percentages with what the budget recorded in its own; without a budget a
 * percentage cannot be reached.
 */
export function breachesOf(spend: ScopeSpend, levels: readonly ThresholdLevel[]): Breach[] {
  const { scope, scopeId, period } = spend;
  return levels
    .filter((level) => level.period === period)
    .flatMap((level) => {
      const measured = measuredBy(spend, level);
      if (measured === undefined || measured.spentNanoUsd < measured.limitNanoUsd) return [];
      return [{ scope, scopeId, period, level, ...measured }];
    })
    .toSorted((one, other) => severityOf(one.level.name) - severityOf(other.level.name));
}

/**
 * Identity of a breach within its scope: raised once per threshold and period. A threshold whose
 * configured limit was changed is another threshold; a changed budget under a percent level is not.
 */
export const breachKeyText = ({ level, period, periodKey }: Breach): string =>
  [period, periodKey, level.name, limitText(level)].join('#');

type Measured = Pick<Breach, 'periodKey' | 'spentNanoUsd' | 'limitNanoUsd'>;

function measuredBy(spend: ScopeSpend, level: ThresholdLevel): Measured | undefined {
  const { periodKey, spentNanoUsd, budget } = spend;
  if ('amountNanoUsd' in level) {
    return { periodKey, spentNanoUsd, limitNanoUsd: level.amountNanoUsd };
  }
  if (budget === undefined) return undefined;
  const hundredths = budget.limitNanoUsd * BigInt(level.percentHundredths);
  return {
    periodKey: budget.periodKey,
    spentNanoUsd: budget.settledNanoUsd,
    // Rounded up, so that a level is reached only when the percentage truly is.
    limitNanoUsd: (hundredths + 9_999n) / 10_000n,
  };
}
