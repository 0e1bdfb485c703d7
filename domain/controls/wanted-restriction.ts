import type { NanoUsd } from '../money.ts';
import { isReached, limitOf, type ScopeSpend } from './breaches.ts';
import { type Restriction, strengthOf, type ThrottleTier } from './restriction.ts';
import {
  type LevelName,
  severityOf,
  type ThresholdLevel,
  type WatchedPeriod,
} from './thresholds.ts';

/** What made a restriction necessary: the evidence that is kept with it. */
export type SpendCause = {
  level: LevelName;
  period: WatchedPeriod;
  periodKey: string;
  spentNanoUsd: NanoUsd;
  limitNanoUsd: NanoUsd;
};

/** A restriction that a scope's spend calls for, until `endsAtMs`, when the spend no longer counts. */
export type WantedRestriction = {
  restriction: Restriction;
  cause: SpendCause;
  endsAtMs: number;
};

/**
 * How far below its limit a spend must fall before a restriction is lifted, in percent of the limit.
 * A rate fluctuates, so it needs more distance than sums that only corrections lower.
 */
const LIFTED_BELOW_PERCENT: Record<WatchedPeriod, bigint> = {
  hourly: 80n,
  daily: 90n,
  monthly: 90n,
};

/**
 * The hardest restriction that the spends of one scope call for; among equals the one that ends
 * last. With `isHeld` limits are lower, as they are for a restriction that is in force already: a
 * spend that goes up and down around a limit does not switch it on and off.
 * @param spends of one scope, each period once
 */
export function wantedRestriction(
  spends: readonly ScopeSpend[],
  levels: readonly ThresholdLevel[],
  isHeld = false,
): WantedRestriction | undefined {
  const restrictions = spends.flatMap((spend) => {
    const percent = isHeld ? LIFTED_BELOW_PERCENT[spend.period] : 100n;
    return levels
      .filter(({ period, action }) => period === spend.period && action !== 'alert')
      .flatMap((level) => wantedBy(spend, level, levels, percent));
  });
  return restrictions.reduce<WantedRestriction | undefined>((hardest, candidate) => {
    const difference = strengthOf(candidate.restriction) - strengthOf(hardest?.restriction);
    if (difference > 0) return candidate;
    return difference === 0 && candidate.endsAtMs > (hardest?.endsAtMs ?? 0) ? candidate : hardest;
  }, undefined);
}

function wantedBy(
  spend: ScopeSpend,
  level: ThresholdLevel,
  levels: readonly ThresholdLevel[],
  percent: bigint,
): WantedRestriction[] {
  const { period, periodKey, spentNanoUsd, endsAtMs } = spend;
  const limitNanoUsd = limitOf(level, spend.budgetLimitNanoUsd);
  if (limitNanoUsd === undefined) return [];
  const fromNanoUsd = (limitNanoUsd * percent) / 100n;
  if (!isReached(spentNanoUsd, fromNanoUsd)) return [];
  const cause = { level: level.name, period, periodKey, spentNanoUsd, limitNanoUsd };
  if (level.action !== 'throttle') {
    const restriction = level.action === 'disable' ? DISABLE : SHUTDOWN;
    return [{ restriction, cause, endsAtMs }];
  }
  const { spares } = level;
  const next = nextLimit(spend, level, levels) ?? limitNanoUsd * 2n;
  const tier = level.tier ?? tierBetween(spentNanoUsd, fromNanoUsd, (next * percent) / 100n);
  const restriction: Restriction = { action: 'throttle', tier, ...(spares ? { spares } : {}) };
  return [{ restriction, cause, endsAtMs }];
}

const DISABLE: Restriction = { action: 'disable' };
const SHUTDOWN: Restriction = { action: 'shutdown' };

/** The limit of the next harder level that compares with this one. */
function nextLimit(
  { budgetLimitNanoUsd }: ScopeSpend,
  level: ThresholdLevel,
  levels: readonly ThresholdLevel[],
): NanoUsd | undefined {
  return levels
    .filter(
      ({ period, name }) => period === level.period && severityOf(name) > severityOf(level.name),
    )
    .flatMap((harder) => limitOf(harder, budgetLimitNanoUsd) ?? [])
    .reduce<NanoUsd | undefined>(
      (least, limit) => (least === undefined || limit < least ? limit : least),
      undefined,
    );
}

/** Thirds of the way from a level to the next. */
function tierBetween(spent: NanoUsd, from: NanoUsd, to: NanoUsd): ThrottleTier {
  if (to <= from) return 3;
  const thirds = (3n * (spent - from)) / (to - from);
  return thirds >= 2n ? 3 : thirds === 1n ? 2 : 1;
}
