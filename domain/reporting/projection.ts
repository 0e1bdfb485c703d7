import type { NanoUsd } from '../money.ts';

/** What a period is expected to cost by its end. */
export type Projection = {
  expectedNanoUsd: NanoUsd;
  /**
   * The cost if the rest goes like the cheapest or the most expensive of the days considered. Not a
   * probability.
   */
  lowNanoUsd: NanoUsd;
  /** Absent if only a run rate is available, because nothing limits how far it can rise. */
  highNanoUsd?: NanoUsd | undefined;
  basis: 'run-rate' | 'same-hours' | 'same-weekdays';
  /** How many earlier days it is based on. */
  days: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * Projects the cost of a day. Takes what earlier days spent after this time of day, scaled by
 * today's pace. The pace counts as much as the share of a usual day that is over, so a quiet first
 * hour does not make a quiet day. Without earlier days, today's rate continues.
 * @param hours cost of each hour since the day began
 * @param earlier cost of the hours of each earlier day, 23 to 25 where clocks change
 */
export function projectDay(
  hours: readonly NanoUsd[],
  earlier: readonly (readonly NanoUsd[])[],
  elapsedMs: number,
  lengthMs = DAY_MS,
): Projection {
  const spend = sum(hours);
  const cutDays = earlier.map((day) => cutAt(day, elapsedMs));
  const usual = {
    before: typical(cutDays.map(({ before }) => before)),
    rest: typical(cutDays.map(restOf)),
  };
  if (usual.before + usual.rest <= 0) return runRate(spend, elapsedMs, lengthMs);
  const trust = usual.before / (usual.before + usual.rest);
  const ratio = usual.before > 0 ? Number(spend) / usual.before : 1;
  const pace = Math.max(0, 1 + trust * (ratio - 1));
  return {
    ...spreadOf(
      spend,
      cutDays.map(({ rest }) => rest * pace),
    ),
    basis: 'same-hours',
    days: cutDays.length,
  };
}

/**
 * Projects the cost of a month: spend so far, today's projection, and each coming day like
 * earlier days of its weekday. Without earlier days, the month's rate continues.
 * @param spentBeforeNanoUsd this month's spend before today
 * @param weekdays for each coming day, the cost of earlier days with its weekday, or of any days if
 *   there are none
 */
export function projectMonth(
  spentBeforeNanoUsd: NanoUsd,
  today: Projection & { spentNanoUsd: NanoUsd },
  weekdays: readonly (readonly NanoUsd[])[],
  { elapsedMs, lengthMs, days }: { elapsedMs: number; lengthMs: number; days: number },
): Projection {
  if (today.basis === 'run-rate') {
    return runRate(spentBeforeNanoUsd + today.spentNanoUsd, elapsedMs, lengthMs);
  }
  const coming = (choose: (costs: number[]) => number): NanoUsd =>
    weekdays.reduce((total, costs) => total + rounded(choose(costs.map(Number))), 0n);
  return {
    expectedNanoUsd: spentBeforeNanoUsd + today.expectedNanoUsd + coming(typical),
    lowNanoUsd: spentBeforeNanoUsd + today.lowNanoUsd + coming(least),
    highNanoUsd: spentBeforeNanoUsd + (today.highNanoUsd ?? today.expectedNanoUsd) + coming(most),
    basis: 'same-weekdays',
    days,
  };
}

/** Spend before and after a time of day. Splits the current hour in proportion to time. */
function cutAt(day: readonly NanoUsd[], elapsedMs: number): { before: number; rest: number } {
  const cut = elapsedMs / HOUR_MS;
  const before = day.reduce(
    (total, cost, hour) => total + Number(cost) * Math.min(1, Math.max(0, cut - hour)),
    0,
  );
  return { before, rest: Number(sum(day)) - before };
}

/** The first minutes of a day do not predict it, so at least this much time counts as elapsed. */
const LEAST_ELAPSED_MS = HOUR_MS;

function runRate(spend: NanoUsd, elapsedMs: number, lengthMs: number): Projection {
  const factor = lengthMs / Math.min(lengthMs, Math.max(LEAST_ELAPSED_MS, elapsedMs));
  return {
    expectedNanoUsd: rounded(Number(spend) * factor),
    lowNanoUsd: spend,
    basis: 'run-rate',
    days: 0,
  };
}

const spreadOf = (spend: NanoUsd, rests: number[]) => ({
  expectedNanoUsd: spend + rounded(typical(rests)),
  lowNanoUsd: spend + rounded(least(rests)),
  highNanoUsd: spend + rounded(most(rests)),
});

const restOf = ({ rest }: { rest: number }): number => rest;
const sum = (costs: readonly NanoUsd[]): NanoUsd => costs.reduce((total, cost) => total + cost, 0n);
const rounded = (nanoUsd: number): NanoUsd => BigInt(Math.round(nanoUsd));

const LEAST_TO_JUDGE = 4;

/**
 * The mean, with the highest value replaced by the second highest (winsorized: Dixon, 1960),
 * because one exceptional day should not be expected again.
 */
function typical(costs: number[]): number {
  if (costs.length < LEAST_TO_JUDGE) return mean(costs);
  const sorted = costs.toSorted((first, second) => first - second);
  return mean([...sorted.slice(0, -1), sorted.at(-2) ?? 0]);
}

const least = (costs: number[]): number => Math.min(...costs);
const most = (costs: number[]): number => Math.max(...costs);
const mean = (costs: number[]): number =>
  costs.length === 0 ? 0 : costs.reduce((total, cost) => total + cost, 0) / costs.length;
