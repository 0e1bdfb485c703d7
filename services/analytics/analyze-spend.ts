import { type Anomaly, detectAnomalies } from '../../domain/anomalies/detect-anomalies.ts';
import { type Explanation, explainAnomaly } from '../../domain/anomalies/explain-anomaly.ts';
import { type Forecast, forecastDays } from '../../domain/forecasting/forecast-days.ts';
import { type Classified, classifyPattern } from '../../domain/patterns/classify-pattern.ts';
import { maxNanoUsd, type NanoUsd } from '../../domain/money.ts';
import { dayOf, hourOf } from '../../domain/reporting/aggregates.ts';
import { segmentsOf } from '../../domain/reporting/report-range.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { ALL_WRITTEN, type StretchReader, stretchesFromSums } from './read-stretches.ts';

type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'listHours' | 'getDays'>;

/** What is analyzed: one bearer of spend inside an organization. */
export type Subject = ScopeRef & { organizationId: string };

/** Days of history that are read: more than a year, so that a year ago is known. */
const HISTORY_DAYS = 400;
/** Before the range, so that its first hour has four weeks behind it. */
const LEARNED_HOURS = 28 * 24;
/** Newest anomalies that are explained; each reads two stretches. */
const MOST_EXPLAINED = 10;
const CONCURRENT_READS = 8;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;

export type SpendForecast = Forecast & { firstDay: string; historyDays: number };

/** What the next days will cost, from whole days until yesterday (UTC). In USD. */
export async function forecastSpend(
  analytics: Analytics,
  subject: Subject,
  { days, nowMs }: { days: number; nowMs: number },
): Promise<SpendForecast> {
  const history = await dailySpend(analytics, subject, nowMs);
  return {
    ...forecastDays(history, days),
    firstDay: dayOf(nowMs),
    historyDays: history.length,
  };
}

/** What the present UTC day has cost until now. */
export async function spentToday(
  analytics: Analytics,
  { organizationId, scope, scopeId }: Subject,
  nowMs: number,
): Promise<NanoUsd> {
  const [today] = await analytics.getDays({ organizationId, dimension: scope, value: scopeId }, [
    dayOf(nowMs),
  ]);
  return maxNanoUsd(0n, today?.measures.costNanoUsd ?? 0n);
}

export type SpendPattern = Classified & { until: string; historyDays: number };

/** The pattern of whole days until yesterday (UTC). */
export async function patternOfSpend(
  analytics: Analytics,
  subject: Subject,
  nowMs: number,
): Promise<SpendPattern> {
  const history = await dailySpend(analytics, subject, nowMs);
  return {
    ...classifyPattern(history),
    until: dayOf(nowMs - DAY_MS),
    historyDays: history.length,
  };
}

/** An anomaly of spend in USD, with its first hour and the end of its last one. */
export type SpendAnomaly = Anomaly & {
  fromMs: number;
  toMs: number;
  /** Against the same hours of the week before; of the newest ones. */
  explanation: Explanation | undefined;
};

/** Anomalies that were found in a range of whole hours, the newest first. */
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

/** Spend of each whole day since the first with any, at most `HISTORY_DAYS`. */
async function dailySpend(
  analytics: Analytics,
  { organizationId, scope, scopeId }: Subject,
  nowMs: number,
): Promise<number[]> {
  const days = Array.from({ length: HISTORY_DAYS }, (_, index) =>
    dayOf(nowMs - (HISTORY_DAYS - index) * DAY_MS),
  );
  const sums = await analytics.getDays(
    { organizationId, dimension: scope, value: scopeId },
    days,
    ALL_WRITTEN,
  );
  const costs = new Map(sums.map(({ bucket, measures }) => [bucket, measures.costNanoUsd]));
  const first = days.findIndex((day) => costs.has(day));
  return first < 0 ? [] : days.slice(first).map((day) => toUsd(costs.get(day)));
}

/** Spend of each whole hour since the first with any; before it the time is unknown, not idle. */
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

/** Compares the hours with the same of the week before. That the subject itself moved is no news. */
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

/** For statistics only. Corrections may bring an hour below nothing, which no forecast should go on. */
const toUsd = (amount = 0n): number => Math.max(0, Number(amount) / 1e9);
