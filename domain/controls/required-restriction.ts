import { isReached, limitOf, type ScopeSpend } from './breaches.ts';
import { type Restriction, strengthOf, type ThrottleTier } from './restriction.ts';
import type { Measured } from './spend-unit.ts';
import {
  type LevelName,
  severityOf,
  type ThresholdLevel,
  type WatchedPeriod,
} from './thresholds.ts';

/** The evidence for a restriction, stored with it. */
export type SpendCause = Measured & {
  level: LevelName;
  period: WatchedPeriod;
  periodKey: string;
  spent: bigint;
  limit: bigint;
};

/** A restriction that a scope's spend requires. At `endsAtMs` that spend stops counting. */
export type RequiredRestriction = {
  restriction: Restriction;
  cause: SpendCause;
  endsAtMs: number;
};

/**
 * Spend must fall below this percentage of a limit before its restriction is lifted. Rates
 * fluctuate, so they need more distance than sums, which only corrections can lower.
 */
const LIFTED_BELOW_PERCENT: Record<WatchedPeriod, bigint> = {
  hourly: 80n,
  daily: 90n,
  weekly: 90n,
  monthly: 90n,
  total: 90n,
};

/**
 * Every restriction that one scope's spend requires. `isHeld` lowers the limits, as it should for a
 * restriction that is already active, so that spend hovering around a limit does not switch it on
 * and off.
 * @param spends of one scope, one per period and unit
 */
export const requiredRestrictions = (
  spends: readonly ScopeSpend[],
  levels: readonly ThresholdLevel[],
  isHeld = false,
): RequiredRestriction[] =>
  spends.flatMap((spend) => {
    const percent = isHeld ? LIFTED_BELOW_PERCENT[spend.period] : 100n;
    return levels
      .filter(({ period, action }) => period === spend.period && action !== 'alert')
      .flatMap((level) => requiredBy(spend, level, levels, percent));
  });

/** The strictest of some restrictions; among equals, the one that ends last. */
export const strictestOf = (
  restrictions: readonly RequiredRestriction[],
): RequiredRestriction | undefined =>
  restrictions.reduce<RequiredRestriction | undefined>((hardest, candidate) => {
    const difference = strengthOf(candidate.restriction) - strengthOf(hardest?.restriction);
    if (difference > 0) return candidate;
    return difference === 0 && candidate.endsAtMs > (hardest?.endsAtMs ?? 0) ? candidate : hardest;
  }, undefined);

function requiredBy(
  spend: ScopeSpend,
  level: ThresholdLevel,
  levels: readonly ThresholdLevel[],
  percent: bigint,
): RequiredRestriction[] {
  const { period, periodKey, spent, endsAtMs, unit } = spend;
  const limit = limitOf(level, spend.budgetLimit);
  if (limit === undefined) return [];
  const from = (limit * percent) / 100n;
  if (!isReached(spent, from)) return [];
  const cause = { level: level.name, period, periodKey, spent, limit, unit };
  if (level.action !== 'throttle') {
    const restriction = level.action === 'disable' ? DISABLE : SHUTDOWN;
    return [{ restriction, cause, endsAtMs }];
  }
  const { spares } = level;
  const next = nextLimit(spend, level, levels) ?? limit * 2n;
  const tier = level.tier ?? tierBetween(spent, from, (next * percent) / 100n);
  const restriction: Restriction = { action: 'throttle', tier, ...(spares ? { spares } : {}) };
  return [{ restriction, cause, endsAtMs }];
}

const DISABLE: Restriction = { action: 'disable' };
const SHUTDOWN: Restriction = { action: 'shutdown' };

/** The limit of the next more severe level in the same unit. */
function nextLimit(
  { budgetLimit }: ScopeSpend,
  level: ThresholdLevel,
  levels: readonly ThresholdLevel[],
): bigint | undefined {
  return levels
    .filter(
      ({ period, name }) => period === level.period && severityOf(name) > severityOf(level.name),
    )
    .flatMap((harder) => limitOf(harder, budgetLimit) ?? [])
    .reduce<bigint | undefined>(
      (least, limit) => (least === undefined || limit < least ? limit : least),
      undefined,
    );
}

/** Splits the distance between two levels into thirds, one per tier. */
function tierBetween(spent: bigint, from: bigint, to: bigint): ThrottleTier {
  if (to <= from) return 3;
  const thirds = (3n * (spent - from)) / (to - from);
  return thirds >= 2n ? 3 : thirds === 1n ? 2 : 1;
}
