import { type Forecast, forecastDays } from '../../domain/forecasting/forecast-days.ts';
import { maxNanoUsd, type NanoUsd } from '../../domain/money.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { spendOfLocalDays } from '../local-spend.ts';
import { dailySpend, type Subject, todayOf } from './daily-spend.ts';

export type SpendForecast = Forecast & {
  firstDay: string;
  historyDays: number;
  timeZone: string;
};

/** Forecasts the cost of the coming days, in USD, from whole days of a time zone through yesterday. */
export async function forecastSpend(
  analytics: Pick<TokenAnalyticsStore, 'getHours'>,
  subject: Subject,
  { days, nowMs, timeZone }: { days: number; nowMs: number; timeZone: string },
): Promise<SpendForecast> {
  const { values: history } = await dailySpend(analytics, subject, nowMs, timeZone);
  return {
    ...forecastDays(history, days),
    firstDay: todayOf(nowMs, timeZone).day,
    historyDays: history.length,
    timeZone,
  };
}

/** Cost of the current day of a time zone so far, and how much of that day is left. */
export async function spentToday(
  analytics: Pick<TokenAnalyticsStore, 'getHours'>,
  subject: Subject,
  { nowMs, timeZone }: { nowMs: number; timeZone: string },
): Promise<{ spentNanoUsd: NanoUsd; restMs: number; dayMs: number }> {
  const { fromMs, toMs } = todayOf(nowMs, timeZone);
  const days = await spendOfLocalDays(analytics, subject, { fromMs, toMs, timeZone });
  const spentNanoUsd = maxNanoUsd(0n, days[0]?.costNanoUsd ?? 0n);
  return { spentNanoUsd, restMs: toMs - nowMs, dayMs: toMs - fromMs };
}
