import { type Anomaly, detectAnomalies } from '../../domain/anomalies/detect-anomalies.ts';
import { type Explanation, explainAnomaly } from '../../domain/anomalies/explain-anomaly.ts';
import {
  beganWith,
  comparedDays,
  type DayRange,
  type SpendStep,
  spendSteps,
} from '../../domain/anomalies/spend-step.ts';
import { isBack } from '../../domain/anomalies/spike-end.ts';
import { addDays } from '../../domain/periods.ts';
import { dayOf, hourOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import { type ReportRange, segmentsOf } from '../../domain/reporting/report-range.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { type Subject, toUsd } from './daily-spend.ts';
import { ALL_WRITTEN, type StretchReader, stretchesFromSums } from './read-stretches.ts';

type Analytics = Pick<TokenAnalyticsStore, 'listDay' | 'listHours' | 'getDays'>;

/** Hours before the range, so that its first hour has four weeks of history. */
const LEARNED_HOURS = 28 * 24;
/** Days before the range: four weeks on each side of a step, and as many to know the level before. */
const LEARNED_DAYS = 84;
/** How many of the newest anomalies to explain; each needs two stretches of usage. */
const MOST_EXPLAINED = 10;
const CONCURRENT_READS = 8;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** A spike in USD, or hours below the usual, with the start of its first hour and the end of its last. */
export type SpendSpike = Anomaly & {
  kind: 'spike';
  fromMs: number;
  toMs: number;
  foundMs: number;
  /** Whether spending came back after it. */
  isBack: boolean;
};

/** A lasting step in USD, with its days through the last whole one. */
export type DatedStep = SpendStep & { kind: 'step'; fromMs: number; toMs: number; foundMs: number };

/** Only the newest anomalies have an explanation. */
export type Explained<Item> = Item & {
  explanation: (Explanation & { comparedWithFromMs: number }) | undefined;
};
export type SpendAnomaly = Explained<SpendSpike> | Explained<DatedStep>;

/**
 * Finds spikes and lasting steps that could be told in a range of whole hours, newest first. A spike
 * that began a step in the answer is left out: the step says the same.
 */
export async function anomaliesOfSpend(
  analytics: Analytics,
  subject: Subject,
  range: ReportRange,
  readStretches: StretchReader = stretchesFromSums(analytics),
): Promise<SpendAnomaly[]> {
  const [spikes, steps] = [
    await spikesOfSpend(analytics, subject, range),
    await stepsOfSpend(analytics, subject, range),
  ];
  const others = spikes.filter((spike) => !steps.some((step) => beganWith(step, happening(spike))));
  const all = [...others, ...steps].toSorted((left, right) => right.fromMs - left.fromMs);
  return explained(readStretches, subject, all);
}

/** What a step needs to know of a spike. */
export const happening = ({ direction, fromMs }: SpendSpike) => ({
  direction,
  day: dayOf(fromMs),
});

/** Finds spikes in a range of whole hours, newest first. Reads four weeks of days more than the range has. */
export async function spikesOfSpend(
  analytics: Pick<Analytics, 'listHours'>,
  subject: Subject,
  { fromMs, toMs }: ReportRange,
): Promise<SpendSpike[]> {
  const startMs = fromMs - LEARNED_HOURS * HOUR_MS;
  const { firstMs, hours } = await hourlySpend(analytics, subject, startMs, toMs);
  return detectAnomalies(hours)
    .map((anomaly) => ({
      ...anomaly,
      kind: 'spike' as const,
      fromMs: firstMs + anomaly.from * HOUR_MS,
      toMs: firstMs + (anomaly.to + 1) * HOUR_MS,
      foundMs: firstMs + anomaly.foundAt * HOUR_MS,
      isBack: isBack(hours, anomaly),
    }))
    .filter(({ foundMs }) => foundMs >= fromMs)
    .toReversed();
}

/**
 * Finds lasting steps that were seen after a whole UTC day of a range, newest first. Reads the sums
 * of twelve weeks of days more than the range has.
 */
export async function stepsOfSpend(
  analytics: Pick<Analytics, 'getDays'>,
  subject: Subject,
  { fromMs, toMs }: ReportRange,
): Promise<DatedStep[]> {
  const endMs = toMs - (toMs % DAY_MS);
  const days = await daysOfSpend(analytics, subject, {
    from: addDays(dayOf(fromMs), -LEARNED_DAYS),
    to: dayOf(endMs - DAY_MS),
  });
  return spendSteps(days)
    .map((step) => ({
      ...step,
      kind: 'step' as const,
      fromMs: startOfBucket(step.since),
      toMs: startOfBucket(addDays(step.since, step.daysSince)),
      foundMs: startOfBucket(addDays(step.foundOn, 1)),
    }))
    .filter(({ foundMs }) => foundMs > fromMs)
    .toReversed();
}

/** Explains the newest anomalies: a spike by the week before, a step by as many days before it. */
export const explained = <Item extends SpendSpike | DatedStep>(
  readStretches: StretchReader,
  subject: Subject,
  anomalies: readonly Item[],
): Promise<Explained<Item>[]> =>
  mapConcurrently([...anomalies.entries()], 2, async ([position, anomaly]) => {
    if (position >= MOST_EXPLAINED) return { ...anomaly, explanation: undefined };
    const stretches = stretchesOf(anomaly);
    const { before, after, by } = await readStretches(subject, stretches);
    const explanation = explainAnomaly(before, after, by);
    // The subject obviously moved.
    const movers = explanation.movers.filter(({ dimension }) => dimension !== subject.scope);
    const comparedWithFromMs = stretches.before.fromMs;
    return { ...anomaly, explanation: { ...explanation, movers, comparedWithFromMs } };
  });

function stretchesOf(anomaly: SpendSpike | DatedStep): {
  before: ReportRange;
  after: ReportRange;
} {
  if (anomaly.kind === 'step') {
    const { before, after } = comparedDays(anomaly);
    return { before: rangeOf(before), after: rangeOf(after) };
  }
  const { fromMs, toMs } = anomaly;
  return {
    before: { fromMs: fromMs - WEEK_MS, toMs: toMs - WEEK_MS },
    after: { fromMs, toMs },
  };
}

const rangeOf = ({ from, to }: DayRange): ReportRange => ({
  fromMs: startOfBucket(from),
  toMs: startOfBucket(to) + DAY_MS,
});

/** Spend per whole hour since the first spend. Time before that is unknown, not idle. */
async function hourlySpend(
  analytics: Pick<Analytics, 'listHours'>,
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

/** The same per UTC day. */
async function daysOfSpend(
  analytics: Pick<Analytics, 'getDays'>,
  { organizationId, scope, scopeId }: Subject,
  { from, to }: DayRange,
): Promise<{ firstDay: string; values: number[] }> {
  const days = segmentsOf(rangeOf({ from, to })).map(({ day }) => day);
  const subject = { organizationId, dimension: scope, value: scopeId };
  const sums = await analytics.getDays(subject, days, ALL_WRITTEN);
  const costs = new Map(sums.map(({ bucket, measures }) => [bucket, measures.costNanoUsd]));
  const first = days.findIndex((day) => costs.has(day));
  const spent = first < 0 ? [] : days.slice(first);
  return { firstDay: spent[0] ?? from, values: spent.map((day) => toUsd(costs.get(day))) };
}
