import type { NanoUsd } from '../money.ts';
import type { Confidence } from './confidence.ts';

/** What a scope spent per complete UTC day, oldest first; 0 on days without spend. */
export type DailySpend = readonly NanoUsd[];

/** How many days a period has, for limits whose use can be told from days. */
export const DAYS_OF = { daily: 1, weekly: 7, monthly: 30 } as const;
export type JudgedPeriod = keyof typeof DAYS_OF;

/** Fewer days with spend do not show what is usual. */
export const LEAST_FIT_DAYS = 7;

export const activeDaysOf = (spend: DailySpend): number => spend.filter((day) => day > 0n).length;

export const totalOf = (spend: DailySpend): NanoUsd => spend.reduce((sum, day) => sum + day, 0n);

/**
 * What a scope spends in a period of some days at its mean rate, or at that of the last week if it is
 * higher: a scope that grows needs what it used last week, and not what it used on average.
 */
export function useInDays(spend: DailySpend, days: number): NanoUsd {
  if (spend.length === 0) return 0n;
  const lastWeek = spend.slice(-7);
  const mean = (totalOf(spend) * BigInt(days)) / BigInt(spend.length);
  const recent = (totalOf(lastWeek) * BigInt(days)) / BigInt(lastWeek.length);
  return recent > mean ? recent : mean;
}

/** The most that was spent in so many days on end. */
export function dearestOf(spend: DailySpend, days: number): NanoUsd {
  const sums = spend.map((_, last) => totalOf(spend.slice(Math.max(0, last + 1 - days), last + 1)));
  return sums.reduce((most, sum) => (sum > most ? sum : most), 0n);
}

/** Advice on limits is as sure as the number of days with spend that it rests on. */
export const fitConfidence = (days: number): Confidence => ({
  level: days >= 21 ? 'high' : days >= 14 ? 'medium' : 'low',
  requests: 0,
  days,
});
