import type { NanoUsd } from '../domain/money.ts';
import { startOfBucket } from '../domain/reporting/aggregates.ts';
import {
  hoursIn,
  localDaysOf,
  type ReportRange,
  segmentsOf,
} from '../domain/reporting/report-range.ts';
import type { ScopeRef } from '../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../tables/token-analytics/token-analytics.ts';

/** What a day of a time zone cost: its whole UTC hours in order, and their sum. */
export type DaySpend = ReportRange & {
  hours: NanoUsd[];
  costNanoUsd: NanoUsd;
  /** Whether anything was posted on this day. */
  isPosted: boolean;
};

/**
 * What a scope spent per day of a time zone, in order. A day at an end of the range has only the
 * range's hours. Reads as many items as the range has UTC days.
 * @param range of whole hours
 */
export async function spendOfLocalDays(
  analytics: Pick<TokenAnalyticsStore, 'getHours'>,
  { organizationId, scope, scopeId }: ScopeRef & { organizationId: string },
  { timeZone, ...range }: ReportRange & { timeZone: string },
  options: { consistent?: boolean } = {},
): Promise<DaySpend[]> {
  const subject = { organizationId, dimension: scope, value: scopeId };
  const days = segmentsOf(range).map(({ day }) => day);
  const sums = await analytics.getHours(subject, days, options);
  const costs = new Map(
    sums.map(({ bucket, measures }) => [startOfBucket(bucket), measures.costNanoUsd]),
  );
  return localDaysOf(range, timeZone).map((day) => {
    const starts = hoursIn(day);
    const hours = starts.map((startMs) => costs.get(startMs) ?? 0n);
    const costNanoUsd = hours.reduce((total, cost) => total + cost, 0n);
    return { ...day, hours, costNanoUsd, isPosted: starts.some((startMs) => costs.has(startMs)) };
  });
}
