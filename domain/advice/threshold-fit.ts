import type { LevelInForce } from '../controls/levels-in-force.ts';
import { formatUsd, type NanoUsd, shortUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import { identified, type Recommendation } from './recommendation.ts';

/** Fewer days with spend do not show what is usual. */
export const LEAST_FIT_DAYS = 7;
const NEARLY_EVERY_DAY = 0.8;
const NEVER_NEAR_DIVISOR = 5n;

/**
 * Advises on daily dollar thresholds that carry no information. If spend reaches one nearly every
 * day, it is noise, or a control that stops everyday work. If it is five times the most expensive
 * day, it would trigger too late. The latter only applies to levels set for the scope itself.
 */
export function adviseThresholdFit(
  scope: ScopeRef,
  levels: readonly LevelInForce[],
  spend: readonly NanoUsd[],
): Recommendation[] {
  const active = spend.filter((day) => day > 0n);
  if (active.length < LEAST_FIT_DAYS) return [];
  const most = active.reduce((dearest, day) => (day > dearest ? day : dearest));
  return levels.flatMap((level): Recommendation[] => {
    if (level.period !== 'daily' || !('amountNanoUsd' in level)) return [];
    const limit = level.amountNanoUsd;
    const reached = active.filter((day) => day >= limit).length;
    const isNoise = reached >= active.length * NEARLY_EVERY_DAY;
    const isFar = level.source.kind === 'scope' && most * NEVER_NEAR_DIVISOR < limit;
    if (!isNoise && !isFar) return [];
    return [adviceOf(scope, level, { most, reached, days: active.length, limit, isNoise })];
  });
}

function adviceOf(
  scope: ScopeRef,
  level: LevelInForce,
  seen: { most: NanoUsd; reached: number; days: number; limit: NanoUsd; isNoise: boolean },
): Recommendation {
  const kind = 'threshold-fit';
  const target = `${level.period}/${level.name}`;
  return {
    ...identified({ kind, scope, target }),
    title: `${seen.isNoise ? 'Raise' : 'Lower'} the ${level.name} threshold of ${scope.scope} ${scope.scopeId}`,
    action: `PUT ${placeOf(scope, level)} with the ${level.name} level ${
      seen.isNoise ? 'above' : 'nearer to'
    } the dearest day, ${shortUsd(seen.most)} USD`,
    change: { kind: 'setting' },
    savingNanoUsdPerMonth: 0n,
    effort: 'low',
    confidence: {
      level: seen.days >= 21 ? 'high' : seen.days >= 14 ? 'medium' : 'low',
      requests: 0,
      days: seen.days,
    },
    evidence: {
      thresholdUsd: formatUsd(seen.limit),
      action: level.action,
      reachedOnDays: seen.reached,
      daysWithSpend: seen.days,
      dearestDayUsd: formatUsd(seen.most),
    },
  };
}

/** Where to set a level of the scope: with the budget that it came with, or on the scope. */
const placeOf = ({ scope, scopeId }: ScopeRef, { source }: LevelInForce): string =>
  source.kind === 'budget'
    ? `/v1/budgets/${scope}/${scopeId}/${source.period}`
    : `/v1/thresholds/${scope}/${scopeId}`;
