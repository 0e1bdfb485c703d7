import { type Anomaly, detectAnomalies } from '../../domain/anomalies/detect-anomalies.ts';
import { type Explanation, explainAnomaly } from '../../domain/anomalies/explain-anomaly.ts';
import { type Forecast, forecastDays } from '../../domain/forecasting/forecast-days.ts';
import { maxNanoUsd, type NanoUsd } from '../../domain/money.ts';
import { hourOf } from '../../domain/reporting/aggregates.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { spendOfLocalDays } from '../local-spend.ts';
import { dailySpend, type Subject, todayOf, toUsd } from './daily-spend.ts';
import { ALL_WRITTEN, type StretchReader, stretchesFromSums } from './read-stretches.ts';

type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'listHours'>;

/** Hours before the range, so that its first hour has four weeks of history. */
const LEARNED_HOURS = 28 * 24;
/** How many of the newest anomalies to explain; each needs two stretches of usage. */
const MOST_EXPLAINED = 10;
const CONCURRENT_READS = 8;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

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

/** A spend anomaly in USD, with the start of its first hour and the end of its last. */
export type SpendAnomaly = Anomaly & {
  fromMs: number;
  toMs: number;
  /** Comparison with the same hours a week earlier; only the newest anomalies have one. */
  explanation: Explanation | undefined;
};

/** Finds anomalies in a range of whole hours, newest first. */
export async function anomaliesOfSpend(
  analytics: Analytics,
  subject: Subject,
  { fromMs, toMs }: { fromMs: number; toMs: number },
  readStretches: StretchReader = stretchesFromSums(analytics),
): Promise<SpendAnomaly[]> {
  const startMs = fromMs - LEARNED_HOURS * HOUR_MS;
  const { firstMs, hours } = await hourlySpend(analytics, subject, startMs, toMs);
  const anomalies = detectAnomalies(hours)
    .map((anomaly) => ({
      ...anomaly,
      fromMs: firstMs + anomaly.from * HOUR_MS,
      toMs: firstMs + (anomaly.to + 1) * HOUR_MS,
    }))
    .filter(({ foundAt }) => firstMs + foundAt * HOUR_MS >= fromMs)
    .toReversed();
  return mapConcurrently([...anomalies.entries()], 2, async ([position, anomaly]) => ({
    ...anomaly,
    explanation:
      position < MOST_EXPLAINED ? await explain(readStretches, subject, anomaly) : undefined,
  }));
}

/** Spend per whole hour since the first spend. Time before that is unknown, not idle. */
async function hourlySpend(
  analytics: Analytics,
  { organizationId, scope, scopeId }: Subject,
  startMs: number,
  endMs: number,
): Promise<{ firstMs: number; hours: number[] }> {
  const sums = await mapConcurrently(
    segmentsOf({ fromMs: startMs, toMs: endMs }),
    CONCURRENT_READS,
    ({ day }) =>
      analytics.listHours({ organizationId, dimension: scope, value: scopeId }, day, ALL_WRITTEN),
  );
  const costs = new Map(sums.flat().map(({ bucket, measures }) => [bucket, measures.costNanoUsd]));
  const hours = Array.from({ length: (endMs - startMs) / HOUR_MS }, (_, index) =>
    hourOf(startMs + index * HOUR_MS),
  );
  const first = hours.findIndex((hour) => costs.has(hour));
  return {
    firstMs: startMs + first * HOUR_MS,
    hours: first < 0 ? [] : hours.slice(first).map((hour) => toUsd(costs.get(hour))),
  };
}

/**
 * Compares the hours with the same hours a week earlier. Leaves out the subject itself, which
 * obviously moved.
 */
async function explain(
  readStretches: StretchReader,
  subject: Subject,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): Promise<Explanation> {
  const { before, after, by } = await readStretches(subject, {
    before: { fromMs: fromMs - WEEK_MS, toMs: toMs - WEEK_MS },
    after: { fromMs, toMs },
  });
  const explanation = explainAnomaly(before, after, by);
  const movers = explanation.movers.filter(({ dimension }) => dimension !== subject.scope);
  return { ...explanation, movers };
}
