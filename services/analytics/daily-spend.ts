import {
  addDays,
  DEFAULT_TIME_ZONE,
  localDate,
  periodAt,
  startOfDate,
} from '../../domain/periods.ts';
import { hoursBeginningIn, type ReportRange } from '../../domain/reporting/report-range.ts';
import type { NanoUsd } from '../../domain/money.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { spendOfLocalDays } from '../local-spend.ts';
import { ALL_WRITTEN } from './read-stretches.ts';

/** The scope to analyze within an organization. */
export type Subject = ScopeRef & { organizationId: string };

/** Days of history to read: more than a year, for comparison with a year ago. */
const HISTORY_DAYS = 400;
const HOUR_MS = 3_600_000;

/** Spend in USD of days one after another, the first of them given. */
export type DailySpend = { values: number[]; firstDay: string };

/**
 * Spend per whole day of a time zone since the first spend, in USD, at most 400 days through
 * yesterday. An hour counts in the day in which it begins.
 */
export const dailySpend = (
  analytics: Pick<TokenAnalyticsStore, 'getHours'>,
  subject: Subject,
  nowMs: number,
  timeZone = DEFAULT_TIME_ZONE,
): Promise<DailySpend> =>
  spendSince(analytics, subject, {
    nowMs,
    timeZone,
    fromDay: addDays(todayOf(nowMs, timeZone).day, -HISTORY_DAYS),
  });

/** The same since the first spend from a day on. */
export async function spendSince(
  analytics: Pick<TokenAnalyticsStore, 'getHours'>,
  subject: Subject,
  { nowMs, timeZone, fromDay }: { nowMs: number; timeZone: string; fromDay: string },
): Promise<DailySpend> {
  const today = todayOf(nowMs, timeZone);
  const fromMs = startOfDate(fromDay, timeZone);
  const range = hoursBeginningIn({ fromMs, toMs: today.fromMs });
  const days = await spendOfLocalDays(analytics, subject, { ...range, timeZone }, ALL_WRITTEN);
  const spent = days.slice(days.findIndex(({ isPosted }) => isPosted));
  const [begin] = spent;
  if (!begin?.isPosted) return { values: [], firstDay: today.day };
  return {
    values: spent.map(({ costNanoUsd }) => toUsd(costNanoUsd)),
    firstDay: localDate(begin.fromMs, timeZone),
  };
}

/** The day of a time zone in which the current hour began, and the hours that count in it. */
export function todayOf(nowMs: number, timeZone: string): ReportRange & { day: string } {
  const hourMs = Math.floor(nowMs / HOUR_MS) * HOUR_MS;
  const { startsAtMs, endsAtMs, key } = periodAt('daily', hourMs, timeZone);
  return { day: key, ...hoursBeginningIn({ fromMs: startsAtMs, toMs: endsAtMs }) };
}

/** For statistics only. Corrections can make an hour negative, which would skew a forecast. */
export const toUsd = (amount = 0n): number => Math.max(0, Number(amount) / 1e9);

/** An estimate in USD as an amount to show. */
export const toNanoUsd = (usd: number): NanoUsd => BigInt(Math.round(usd * 1e9));
