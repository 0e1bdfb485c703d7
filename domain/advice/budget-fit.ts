import { budgetIdOf, type Budget } from '../ledger/budget.ts';
import { formatUsd, type NanoUsd, shortUsd } from '../money.ts';
import { LEAST_FIT_DAYS } from './threshold-fit.ts';
import { identified, type Recommendation } from './recommendation.ts';
import { roundUp } from './rounding.ts';

/** What a scope spent per complete UTC day, oldest first; 0 on days without spend. */
export type DailySpend = readonly NanoUsd[];

/** A limit this many times above the 95th percentile of use has no effect. */
const FAR_ABOVE = 3n;
const ROOM_PERCENT = 150n;

/**
 * Advises on budgets whose limit does not fit actual spend. If it is far above, it cannot stop a
 * mistake before it gets expensive. If it is below, it refuses everyday work. Use is the 95th
 * percentile of daily spend, or 7 average days for a week, or 30 for a month, at the rate of the last
 * week if that is higher. The advice saves
 * nothing; its evidence states what it limits. A total is not judged, because it is
 * prepaid.
 */
export function adviseBudgetFit(budget: Budget, spend: DailySpend): Recommendation[] {
  const { limitNanoUsd, period } = budget;
  if (period === 'total' || limitNanoUsd === undefined) return [];
  const active = spend.filter((day) => day > 0n).length;
  if (active < LEAST_FIT_DAYS) return [];
  const daily = percentile95(spend);
  const mean = spend.reduce((sum, day) => sum + day, 0n) / BigInt(spend.length);
  // A scope that grows needs what it used last week, and not what it used on average.
  const lastWeek = spend.slice(-7);
  const recent = lastWeek.reduce((sum, day) => sum + day, 0n) / BigInt(lastWeek.length);
  const rate = recent > mean ? recent : mean;
  const used = period === 'daily' ? daily : rate * (period === 'weekly' ? 7n : 30n);
  const isLoose = limitNanoUsd > used * FAR_ABOVE;
  if (used <= 0n || (!isLoose && limitNanoUsd >= used)) return [];
  const fitting = roundUp((used * ROOM_PERCENT) / 100n);
  const scope = { scope: budget.scope, scopeId: budget.scopeId };
  const kind = 'budget-fit';
  const target = period;
  return [
    {
      ...identified({ kind, scope, target, change: { kind: 'setting' } }),
      title: `${isLoose ? 'Lower' : 'Raise'} the ${period} budget of ${scope.scope} ${scope.scopeId} to ${shortUsd(fitting)} USD`,
      action: 'Send the request below. It changes the limit and keeps everything else',
      request: {
        method: 'PATCH',
        path: `/v1/budgets/${budgetIdOf(budget)}`,
        body: { limitUsd: formatUsd(fitting) },
      },
      isQuestion: false,
      savingNanoUsdPerMonth: 0n,
      effort: 'low',
      confidence: {
        level: active >= 21 ? 'high' : active >= 14 ? 'medium' : 'low',
        requests: 0,
        days: active,
      },
      evidence: {
        limitUsd: formatUsd(limitNanoUsd),
        usedPerPeriodUsd: formatUsd(used),
        dailySpend95thPercentileUsd: formatUsd(daily),
        meanDailySpendUsd: formatUsd(mean),
        couldBeLostPerPeriodUsd: formatUsd(limitNanoUsd - used > 0n ? limitNanoUsd - used : 0n),
      },
    },
  ];
}

/** The smallest value that 95 % of days do not exceed (nearest rank). */
export function percentile95(spend: DailySpend): NanoUsd {
  const sorted = spend.toSorted((left, right) => (left < right ? -1 : 1));
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? 0n;
}
