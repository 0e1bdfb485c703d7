import type { LevelInForce } from '../controls/levels-in-force.ts';
import { severityOf } from '../controls/thresholds.ts';
import { formatUsd, type NanoUsd, shortUsd } from '../money.ts';
import { roundUp } from './rounding.ts';
import type { ScopeRef } from '../scopes.ts';
import { levelRequest } from './level-request.ts';
import { identified, type Recommendation } from './recommendation.ts';

/** Fewer days with spend do not show what is usual. */
export const LEAST_FIT_DAYS = 7;
const NEARLY_EVERY_DAY = 0.8;
const NEVER_NEAR_DIVISOR = 5n;
const ROOM_PERCENT = 125n;

/**
 * Advises on daily dollar thresholds of a scope that carry no information. If spend reaches one nearly
 * every day, it is noise, or a control that stops everyday work. If it is five times the most expensive
 * day, it would trigger too late; that only applies to levels set for the scope itself. The advice moves
 * them around the dearest day, keeps the distances between them, and names all levels that the call
 * replaces.
 */
export function adviseThresholdFit(
  scope: ScopeRef,
  levels: readonly LevelInForce[],
  spend: readonly NanoUsd[],
): Recommendation[] {
  const active = spend.filter((day) => day > 0n);
  if (active.length < LEAST_FIT_DAYS) return [];
  const dearest = active.reduce((most, day) => (day > most ? day : most));
  const reachedOn = ({ amountNanoUsd }: DailyLevel): number =>
    active.filter((day) => day >= amountNanoUsd).length;
  return [...Map.groupBy(levels.flatMap(dailyAmount), sourceOf).values()].flatMap((set) => {
    const ordered = set.toSorted((left, right) => severityOf(left.name) - severityOf(right.name));
    const noisy = ordered.filter((level) => reachedOn(level) >= active.length * NEARLY_EVERY_DAY);
    const far = ordered.filter(
      ({ source, amountNanoUsd }) =>
        source.kind === 'scope' && dearest * NEVER_NEAR_DIVISOR < amountNanoUsd,
    );
    const [unfit, isNoise] = noisy.length > 0 ? [noisy, true] : [far, false];
    const lowest = unfit[0];
    if (!lowest) return [];
    const seen = { dearest, reached: reachedOn(lowest), days: active.length, lowest, isNoise };
    return [adviceOf(scope, levels, fittedLevels(ordered, unfit, dearest), seen)];
  });
}

type DailyLevel = LevelInForce & { amountNanoUsd: NanoUsd };

const dailyAmount = (level: LevelInForce): DailyLevel[] =>
  level.period === 'daily' && 'amountNanoUsd' in level ? [level] : [];

const sourceOf = ({ source }: LevelInForce): string => JSON.stringify(source);

/** The levels of a set that change, the lowest a quarter above the dearest day. */
function fittedLevels(
  ordered: readonly DailyLevel[],
  unfit: readonly DailyLevel[],
  dearest: NanoUsd,
): DailyLevel[] {
  const base = unfit[0]?.amountNanoUsd ?? 1n;
  const room = (dearest * ROOM_PERCENT) / 100n;
  let before = { old: 0n, fitted: 0n };
  return ordered.flatMap((level) => {
    const old = level.amountNanoUsd;
    const moved = unfit.includes(level) ? roundUp((room * old) / base) : old;
    const isTooLow = moved <= before.fitted;
    const fitted = isTooLow ? roundUp((before.fitted * old) / before.old) : moved;
    before = { old, fitted };
    return fitted === old ? [] : [{ ...level, amountNanoUsd: fitted }];
  });
}

type Seen = {
  dearest: NanoUsd;
  reached: number;
  days: number;
  /** The lowest level that does not fit. */
  lowest: DailyLevel;
  isNoise: boolean;
};

function adviceOf(
  scope: ScopeRef,
  levels: readonly LevelInForce[],
  changed: readonly DailyLevel[],
  { dearest, reached, days, lowest, isNoise }: Seen,
): Recommendation {
  const kind = 'threshold-fit';
  const target = `daily/${lowest.source.kind}`;
  const amounts = changed.map(
    ({ name, amountNanoUsd }) => `${name} ${shortUsd(amountNanoUsd)} USD`,
  );
  return {
    ...identified({ kind, scope, target, change: { kind: 'setting' } }),
    title: `${isNoise ? 'Raise' : 'Lower'} the daily thresholds of ${scope.scope} ${scope.scopeId}: ${amounts.join(', ')}`,
    action: `Send the request below. It changes these levels and keeps the others; the dearest of ${days} days cost ${shortUsd(dearest)} USD`,
    request: levelRequest(scope, levels, changed),
    isQuestion: false,
    savingNanoUsdPerMonth: 0n,
    effort: 'low',
    confidence: {
      level: days >= 21 ? 'high' : days >= 14 ? 'medium' : 'low',
      requests: 0,
      days,
    },
    evidence: {
      thresholdUsd: formatUsd(lowest.amountNanoUsd),
      action: lowest.action,
      reachedOnDays: reached,
      daysWithSpend: days,
      dearestDayUsd: formatUsd(dearest),
    },
  };
}
