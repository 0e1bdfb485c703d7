import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { ALL_WRITTEN } from './read-stretches.ts';

/** The scope to analyze within an organization. */
export type Subject = ScopeRef & { organizationId: string };

/** Days of history to read: more than a year, for comparison with a year ago. */
const HISTORY_DAYS = 400;
const DAY_MS = 86_400_000;

/** Spend per whole UTC day since the first spend, in USD, at most 400 days through yesterday. */
export async function dailySpend(
  analytics: Pick<TokenAnalyticsStore, 'getDays'>,
  { organizationId, scope, scopeId }: Subject,
  nowMs: number,
): Promise<{ values: number[]; firstDay: string }> {
  const days = Array.from({ length: HISTORY_DAYS }, (_, index) =>
    dayOf(nowMs - (HISTORY_DAYS - index) * DAY_MS),
  );
  const sums = await analytics.getDays(
    { organizationId, dimension: scope, value: scopeId },
    days,
    ALL_WRITTEN,
  );
  const costs = new Map(sums.map(({ bucket, measures }) => [bucket, measures.costNanoUsd]));
  const spent = days.slice(days.findIndex((day) => costs.has(day)));
  const [firstDay] = spent;
  if (costs.size === 0 || firstDay === undefined) return { values: [], firstDay: dayOf(nowMs) };
  return { values: spent.map((day) => toUsd(costs.get(day))), firstDay };
}

/** For statistics only. Corrections can make an hour negative, which would skew a forecast. */
export const toUsd = (amount = 0n): number => Math.max(0, Number(amount) / 1e9);
