import type { LevelInForce } from '../controls/levels-in-force.ts';
import { severityOf } from '../controls/thresholds.ts';
import type { Budget } from '../ledger/budget.ts';
import { divideRoundingUp, formatUsd, type NanoUsd, shortUsd } from '../money.ts';
import type { ScopeRef } from '../scopes.ts';
import { adviseBudgetFit } from './budget-fit.ts';
import { levelRequest } from './level-request.ts';
import {
  activeDaysOf,
  type DailySpend,
  DAYS_OF,
  dearestOf,
  fitConfidence,
  type JudgedPeriod,
  LEAST_FIT_DAYS,
  totalOf,
  useInDays,
} from './limit-use.ts';
import { identified, type Recommendation } from './recommendation.ts';
import { roundUp } from './rounding.ts';

/** A scope that spends, the levels in force for it, and its budgets, which percentages refer to. */
export type LeveledScope = {
  scope: ScopeRef;
  levels: readonly LevelInForce[];
  budgets: readonly Budget[];
  spend: DailySpend;
};

const NEARLY_EVERY = 0.8;
const NEVER_NEAR_DIVISOR = 5n;
const ROOM_PERCENT = 125n;
/** A level above its whole budget tells nothing before the budget does. */
const WHOLE_PERCENT = 100;

/**
 * Advises on thresholds of a scope that carry no information. If spend reaches one nearly every day, or
 * if the mean week or month is a quarter above it, it is noise, or a control that stops everyday work. If it is five
 * times the most expensive day, week or month, it would trigger too late; that only applies to levels set
 * for the scope itself. The advice moves them around the dearest day, week or month, keeps the distances
 * between them, and names all levels that the call replaces. A percentage is judged by the amount that it
 * is of its budget, and only where the budget fits: another budget moves it anyway.
 */
export function adviseThresholdFit(leveled: LeveledScope): Recommendation[] {
  const { levels, spend } = leveled;
  const days = activeDaysOf(spend);
  if (days < LEAST_FIT_DAYS) return [];
  const judged = levels.flatMap((level) => judgedLevel(level, leveled));
  return [...Map.groupBy(judged, setOf).values()].flatMap((set) => {
    const ordered = set.toSorted((left, right) => severityOf(left.name) - severityOf(right.name));
    const [first] = ordered;
    if (!first) return [];
    const use = useOf(first.period, spend);
    const noisy = ordered.filter(({ inNanoUsd }) => use.isUsual(inNanoUsd));
    const far = ordered.filter(
      ({ source, inNanoUsd }) =>
        source.kind === 'scope' && use.dearest * NEVER_NEAR_DIVISOR < inNanoUsd,
    );
    const [unfit, isNoise] = noisy.length > 0 ? [noisy, true] : [far, false];
    const lowest = unfit[0];
    if (!lowest || use.dearest <= 0n) return [];
    const changed = fittedLevels(ordered, unfit, use.dearest);
    const isTooHigh = changed.some(
      (level) => 'percentHundredths' in level && level.percentHundredths > WHOLE_PERCENT * 100,
    );
    if (changed.length === 0 || isTooHigh) return [];
    return [adviceOf(leveled, changed, { use, days, lowest, isNoise })];
  });
}

/** A level of a period that days can tell, and what it comes to in money. */
type JudgedLevel = LevelInForce & {
  period: JudgedPeriod;
  inNanoUsd: NanoUsd;
  /** What a percentage is of. */
  budgetNanoUsd?: NanoUsd | undefined;
};

function judgedLevel(level: LevelInForce, { budgets, spend }: LeveledScope): JudgedLevel[] {
  const { period } = level;
  if (period === 'hourly' || period === 'total') return [];
  if ('amountNanoUsd' in level) return [{ ...level, period, inNanoUsd: level.amountNanoUsd }];
  const budget = budgets.find((each) => each.period === period);
  if (!budget?.limitNanoUsd || adviseBudgetFit(budget, spend).length > 0) return [];
  const inNanoUsd = (budget.limitNanoUsd * BigInt(level.percentHundredths)) / 10_000n;
  return [{ ...level, period, inNanoUsd, budgetNanoUsd: budget.limitNanoUsd }];
}

/** Levels that move together: of one source, period and unit. */
const setOf = ({ source, period, budgetNanoUsd }: JudgedLevel): string =>
  JSON.stringify([source, period, budgetNanoUsd === undefined]);

/** What a scope spends in periods of one length. */
type Use = {
  /** The dearest day, or week, or the month at the higher of two rates. */
  dearest: NanoUsd;
  /** Whether so much is spent in nearly every period. */
  isUsual: (amount: NanoUsd) => boolean;
  /** On how many days a daily amount was reached. */
  reachedOn: (amount: NanoUsd) => number | undefined;
};

function useOf(period: JudgedPeriod, spend: DailySpend): Use {
  const days = DAYS_OF[period];
  if (period === 'daily') {
    const active = spend.filter((day) => day > 0n);
    const reachedOn = (amount: NanoUsd): number => active.filter((day) => day >= amount).length;
    const isUsual = (amount: NanoUsd): boolean => reachedOn(amount) >= active.length * NEARLY_EVERY;
    return { dearest: dearestOf(active, 1), isUsual, reachedOn };
  }
  const atRate = useInDays(spend, days);
  const dearest = dearestOf(spend, days);
  const mean = spend.length === 0 ? 0n : (totalOf(spend) * BigInt(days)) / BigInt(spend.length);
  const hasWhole = spend.length >= Math.min(days, WHOLE_WEEKS);
  return {
    dearest: dearest > atRate ? dearest : atRate,
    // Few weeks are seen, so the mean must be well above.
    isUsual: (amount) => hasWhole && mean * 100n >= amount * BELOW_MEAN_PERCENT,
    reachedOn: () => undefined,
  };
}

const BELOW_MEAN_PERCENT = 125n;
/** The days that are read, which stand for a month. */
const WHOLE_WEEKS = 28;

/** The levels of a set that change, the lowest a quarter above what is usual. */
function fittedLevels(
  ordered: readonly JudgedLevel[],
  unfit: readonly JudgedLevel[],
  dearest: NanoUsd,
): LevelInForce[] {
  const base = unfit[0]?.inNanoUsd ?? 1n;
  const room = (dearest * ROOM_PERCENT) / 100n;
  let before = { old: 0n, fitted: 0n };
  return ordered.flatMap((level) => {
    const old = level.inNanoUsd;
    const moved = unfit.includes(level) ? roundedLevel((room * old) / base, level) : old;
    const isTooLow = moved <= before.fitted;
    const fitted = isTooLow ? roundedLevel((before.fitted * old) / before.old, level) : moved;
    before = { old, fitted };
    return fitted === old ? [] : [withAmount(level, fitted)];
  });
}

/** Rounds up to what a person would write: a round amount, or a whole percentage of the budget. */
function roundedLevel(amount: NanoUsd, { budgetNanoUsd }: JudgedLevel): NanoUsd {
  if (budgetNanoUsd === undefined) return roundUp(amount);
  return (divideRoundingUp(amount * 100n, budgetNanoUsd) * budgetNanoUsd) / 100n;
}

function withAmount(
  { inNanoUsd: _old, budgetNanoUsd, ...level }: JudgedLevel,
  amount: NanoUsd,
): LevelInForce {
  if (budgetNanoUsd === undefined) return { ...level, amountNanoUsd: amount };
  const percent = Number(divideRoundingUp(amount * 100n, budgetNanoUsd));
  return { ...level, percentHundredths: percent * 100 };
}

type Seen = { use: Use; days: number; lowest: JudgedLevel; isNoise: boolean };

const TIME = { daily: 'day', weekly: 'week', monthly: 'month' } as const;

function adviceOf(
  { scope, levels }: LeveledScope,
  changed: readonly LevelInForce[],
  { use, days, lowest, isNoise }: Seen,
): Recommendation {
  const { period, source, inNanoUsd } = lowest;
  const reached = use.reachedOn(inNanoUsd);
  const limits = changed.map((level) => `${level.name} ${limitShown(level)}`).join(', ');
  return {
    ...identified({
      kind: 'threshold-fit',
      scope,
      target: [
        period,
        source.kind,
        ...(source.kind === 'budget' ? [source.period] : []),
        ...(lowest.budgetNanoUsd === undefined ? [] : ['percent']),
      ].join('/'),
      change: { kind: 'setting' },
    }),
    title: `${isNoise ? 'Raise' : 'Lower'} the ${period} thresholds of ${scope.scope} ${scope.scopeId}: ${limits}`,
    action: `Send the request below. It changes these levels and keeps the others; the dearest ${TIME[period]}, by ${days} days with spend, costs ${shortUsd(use.dearest)} USD`,
    request: levelRequest(scope, levels, changed),
    isQuestion: false,
    savingNanoUsdPerMonth: 0n,
    effort: 'low',
    confidence: fitConfidence(days),
    evidence: {
      thresholdUsd: formatUsd(inNanoUsd),
      action: lowest.action,
      ...(reached === undefined
        ? { usedPerPeriodUsd: formatUsd(use.dearest) }
        : { reachedOnDays: reached, dearestDayUsd: formatUsd(use.dearest) }),
      daysWithSpend: days,
    },
  };
}

/** `15 USD`, `85 % of the budget`. */
const limitShown = (level: LevelInForce): string =>
  'amountNanoUsd' in level
    ? `${shortUsd(level.amountNanoUsd)} USD`
    : `${level.percentHundredths / 100} % of the budget`;
