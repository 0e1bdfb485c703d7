import { maxNanoUsd, NANO_PER_USD, type NanoUsd } from '../money.ts';
import { addDays } from '../periods.ts';
import { scopeOfValue } from '../reporting/dimensions.ts';

/** What a spender can be; the first names news that several of them tell. */
export const SPENDER_DIMENSIONS = ['system', 'department', 'user', 'model'] as const;
export type SpenderDimension = (typeof SPENDER_DIMENSIONS)[number];
export type Spender = { dimension: SpenderDimension; value: string };

/** What somebody spent on a UTC day (`2026-11-21`). */
export type SpentDay = { day: string; costNanoUsd: NanoUsd };

/** What an organization spent: on the day that is judged, and what shares are taken of. */
export type Bill = {
  day: string;
  dayNanoUsd: NanoUsd;
  /** The day's bill, or the mean of the week through it if that is more: a quiet Sunday is no measure. */
  measureNanoUsd: NanoUsd;
};

export const BASELINE_DAYS = 28;
/** The week through the judged day, in which a new spender may have begun. */
export const RECENT_DAYS = 7;
/** Days of the organization that a judgment needs, through the judged day. */
export const JUDGED_DAYS = BASELINE_DAYS + RECENT_DAYS;

export type SpenderSettings = {
  /** A new spender takes at least one in so many dollars of the bill, */
  newsParts: bigint;
  /** took on average less than one in so many a day in the baseline, */
  usualParts: bigint;
  /** and on no day of it one in so many. */
  onceParts: bigint;
};

/** `docs/decisions/0213-new-spenders.md` says how they were chosen. */
export const SPENDER_SETTINGS: SpenderSettings = {
  newsParts: 5n,
  usualParts: 100n,
  onceParts: 33n,
};

/** One in so many dollars of the bill is a part that people notice. */
const NOTICEABLE_PARTS = 20n;
/** Below this on a usual day, an organization only tries things. */
const LEAST_BILL_NANO_USD = NANO_PER_USD;
/** An organization that works on workdays only has 20. */
const LEAST_BASELINE_DAYS = 14;

/** The UTC days that a judgment of a day compares, oldest first. */
export const baselineDays = (day: string): string[] =>
  Array.from({ length: BASELINE_DAYS }, (_, index) => addDays(day, index + 1 - JUDGED_DAYS));

/** The week through a UTC day, oldest first. */
export const recentDays = (day: string): string[] =>
  Array.from({ length: RECENT_DAYS }, (_, index) => addDays(day, index + 1 - RECENT_DAYS));

/** @param days of the organization, at least the week through `day` */
export function billOf(days: readonly SpentDay[], day: string): Bill {
  const dayNanoUsd = sumOf(days, [day]);
  const meanNanoUsd = sumOf(days, recentDays(day)) / BigInt(RECENT_DAYS);
  return { day, dayNanoUsd, measureNanoUsd: maxNanoUsd(dayNanoUsd, meanNanoUsd) };
}

/**
 * Whether anybody can be new in an organization: not if all of it is new, nor if its bill is below a
 * dollar a day.
 * @param days of the organization: all of the baseline on which it spent
 */
export function canHaveNews(days: readonly SpentDay[], { day, measureNanoUsd }: Bill): boolean {
  const baseline = baselineDays(day);
  const spent = days.filter((item) => item.costNanoUsd > 0n && baseline.includes(item.day));
  const firstWeek = baseline.slice(0, RECENT_DAYS);
  return (
    measureNanoUsd >= LEAST_BILL_NANO_USD &&
    sumOf(days, baseline) >= LEAST_BILL_NANO_USD * BigInt(BASELINE_DAYS) &&
    spent.length >= LEAST_BASELINE_DAYS &&
    spent.some((item) => firstWeek.includes(item.day))
  );
}

/** Whether an amount is a part of the bill that would be news. */
export const isLarge = (
  amount: NanoUsd,
  { measureNanoUsd }: Bill,
  { newsParts } = SPENDER_SETTINGS,
): boolean => amount * newsParts >= measureNanoUsd;

/** Whether an amount is so large a part of the bill that its spender is still worth watching. */
export const isNoticeable = (
  amount: NanoUsd,
  { measureNanoUsd }: Bill,
  parts = NOTICEABLE_PARTS,
): boolean => amount > 0n && amount * parts >= measureNanoUsd;

/** Those who took a large part of the day's bill. Requests without a department are nobody's. */
export const largeSpenders = <Sum extends Spender & { costNanoUsd: NanoUsd }>(
  sums: readonly Sum[],
  bill: Bill,
  settings = SPENDER_SETTINGS,
): Sum[] =>
  sums.filter(
    ({ dimension, value, costNanoUsd }) =>
      scopeOfValue(dimension, value) !== undefined && isLarge(costNanoUsd, bill, settings),
  );

/**
 * Whether these days alone show that somebody spent before. More days never take that back, so a
 * caller may read few days first.
 * @param days of the spender in the baseline
 */
export function isUsualSpender(
  days: readonly SpentDay[],
  bill: Bill,
  settings = SPENDER_SETTINGS,
): boolean {
  const total = days.reduce((sum, { costNanoUsd }) => sum + maxNanoUsd(0n, costNanoUsd), 0n);
  return (
    total * settings.usualParts >= bill.measureNanoUsd * BigInt(BASELINE_DAYS) ||
    days.some(({ costNanoUsd }) => isNoticeable(costNanoUsd, bill, settings.onceParts))
  );
}

/** The first day of the week through the judged one on which a spender took a hundredth of the bill. */
export function firstDayOf(
  days: readonly SpentDay[],
  { day, measureNanoUsd }: Bill,
  { usualParts } = SPENDER_SETTINGS,
): string {
  const recent = recentDays(day);
  return (
    days
      .filter(({ costNanoUsd }) => costNanoUsd * usualParts >= measureNanoUsd)
      .map((item) => item.day)
      .filter((item) => recent.includes(item))
      .toSorted()[0] ?? day
  );
}

function sumOf(days: readonly SpentDay[], among: readonly string[]): NanoUsd {
  const names = new Set(among);
  return days
    .filter(({ day }) => names.has(day))
    .reduce((sum, { costNanoUsd }) => sum + maxNanoUsd(0n, costNanoUsd), 0n);
}
