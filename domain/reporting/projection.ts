import type { NanoUsd } from '../money.ts';

/** What a period will have cost at its end. */
export type Projection = {
  expectedNanoUsd: NanoUsd;
  /** As the cheapest and the dearest of the days looked at would end it; no probability. */
  lowNanoUsd: NanoUsd;
  /** Absent where there is only a run rate: nothing tells how far it may rise. */
  highNanoUsd?: NanoUsd | undefined;
  basis: 'run-rate' | 'same-hours' | 'same-weekdays';
  /** How many earlier days it was made of. */
  days: number;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

/**
 * The cost of a UTC day at its end. What is still to come is what came after this time of day on
 * earlier days, at the pace of today; the pace is trusted as far as the day usually is spent by now,
 * so that a quiet first hour does not make a quiet day. Without earlier days today's rate goes on.
 * @param hours cost of each hour of today so far, by hour of the day
 * @param earlier cost of the 24 hours of each earlier day
 */
export function projectDay(
  hours: readonly NanoUsd[],
  earlier: readonly (readonly NanoUsd[])[],
  elapsedMs: number,
): Projection {
  const spent = sum(hours);
  const cutDays = earlier.map((day) => cutAt(day, elapsedMs));
  const usual = {
    before: typical(cutDays.map(({ before }) => before)),
    rest: typical(cutDays.map(restOf)),
  };
  if (usual.before + usual.rest <= 0) return runRate(spent, elapsedMs, DAY_MS);
  const trust = usual.before / (usual.before + usual.rest);
  const ratio = usual.before > 0 ? Number(spent) / usual.before : 1;
  const pace = Math.max(0, 1 + trust * (ratio - 1));
  return {
    ...spreadOf(
      spent,
      cutDays.map(({ rest }) => rest * pace),
    ),
    basis: 'same-hours',
    days: cutDays.length,
  };
}

/**
 * The cost of a UTC month at its end: what was spent, today as projected, and each coming day as the
 * same weekdays were. Without earlier days the month's rate goes on.
 * @param spentBeforeNanoUsd of the month, before today
 * @param weekdays for each coming day what earlier days of its weekday cost, or any, if none did
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

/** What was spent before and after a time of day; the hour that it lies in is divided by time. */
function cutAt(day: readonly NanoUsd[], elapsedMs: number): { before: number; rest: number } {
  const cut = elapsedMs / HOUR_MS;
  const before = day.reduce(
    (total, cost, hour) => total + Number(cost) * Math.min(1, Math.max(0, cut - hour)),
    0,
  );
  return { before, rest: Number(sum(day)) - before };
}

/** A first hour that has hardly begun says nothing about a day. */
const LEAST_ELAPSED_MS = HOUR_MS;

function runRate(spent: NanoUsd, elapsedMs: number, lengthMs: number): Projection {
  const factor = lengthMs / Math.min(lengthMs, Math.max(LEAST_ELAPSED_MS, elapsedMs));
  return {
    expectedNanoUsd: rounded(Number(spent) * factor),
    lowNanoUsd: spent,
    basis: 'run-rate',
    days: 0,
  };
}

const spreadOf = (spent: NanoUsd, rests: number[]) => ({
  expectedNanoUsd: spent + rounded(typical(rests)),
  lowNanoUsd: spent + rounded(least(rests)),
  highNanoUsd: spent + rounded(most(rests)),
});

const restOf = ({ rest }: { rest: number }): number => rest;
const sum = (costs: readonly NanoUsd[]): NanoUsd => costs.reduce((total, cost) => total + cost, 0n);
const rounded = (nanoUsd: number): NanoUsd => BigInt(Math.round(nanoUsd));

const LEAST_TO_JUDGE = 4;

/**
 * The mean, the dearest counted as the next dearest (winsorized: Dixon, 1960): what happened once is
 * no reason to expect it again.
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
