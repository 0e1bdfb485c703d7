import type { Budget } from '../ledger/budget.ts';
import { formatUsd, type NanoUsd, shortUsd } from '../money.ts';
import {
  activeDaysOf,
  type DailySpend,
  DAYS_OF,
  dearestOf,
  fitConfidence,
  LEAST_FIT_DAYS,
  totalOf,
  useInDays,
} from './limit-use.ts';
import { identified, type Recommendation } from './recommendation.ts';
import { roundUp } from './rounding.ts';

/** A limit this many times above the 95th percentile of use has no effect. */
const FAR_ABOVE = 3n;
const ROOM_PERCENT = 150n;

/**
 * Advises on budgets whose limit does not fit actual spend. If it is far above, it cannot stop a
 * mistake before it gets expensive. If it is below, it refuses everyday work. Use is the 95th
 * percentile of daily spend, or 7 average days for a week, or 30 for a month, at the rate of the last
 * week if that is higher. The limit advised is above every day, or week, of the last one. The advice
 * saves nothing; its evidence states what it limits. A total is not judged, because it is prepaid.
 */
export function adviseBudgetFit(budget: Budget, spend: DailySpend): Recommendation[] {
  const { limitNanoUsd, period } = budget;
  // A limit of 0 forbids, so it fits whatever was spent before.
  if (period === 'total' || !limitNanoUsd) return [];
  const active = activeDaysOf(spend);
  if (active < LEAST_FIT_DAYS) return [];
  const daily = percentile95(spend);
  const used = period === 'daily' ? daily : useInDays(spend, DAYS_OF[period]);
  const isLoose = limitNanoUsd > used * FAR_ABOVE;
  if (used <= 0n || (!isLoose && limitNanoUsd >= used)) return [];
  // A limit that the last week would have broken refuses what is usual now.
  const [roomy, recent] = [
    (used * ROOM_PERCENT) / 100n,
    dearestOf(spend.slice(-7), DAYS_OF[period]),
  ];
  const fitting = roundUp(roomy > recent ? roomy : recent);
  if (isLoose && fitting >= limitNanoUsd) return [];
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
        path: `/v1/budgets/${[budget.scope, budget.scopeId, period].map(encodeURIComponent).join('/')}`,
        body: { limitUsd: formatUsd(fitting) },
      },
      isQuestion: false,
      savingNanoUsdPerMonth: 0n,
      effort: 'low',
      confidence: fitConfidence(active),
      evidence: {
        limitUsd: formatUsd(limitNanoUsd),
        usedPerPeriodUsd: formatUsd(used),
        dailySpend95thPercentileUsd: formatUsd(daily),
        meanDailySpendUsd: formatUsd(totalOf(spend) / BigInt(spend.length)),
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
