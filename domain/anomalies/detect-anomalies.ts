import { withoutGaps } from '../series/gaps.ts';
import { HOUR_BASES } from './expectations.ts';
import { createDayJudge, DAY_BASES, DAY_HOURS } from './judge-days.ts';
import { createHourJudge } from './judge-hours.ts';
import type { Judged } from './judged.ts';
import { unlikeStretch } from './unlike-stretch.ts';

export const BASES = [...HOUR_BASES, ...DAY_BASES];
export type Basis = (typeof BASES)[number];

/** Consecutive hours that differ from the past, individually or as a day. */
export type Anomaly = {
  /** Index of the first hour and the last hour. */
  from: number;
  to: number;
  /** Index of the hour after which the anomaly could be detected. */
  foundAt: number;
  direction: 'above' | 'below';
  /** The largest deviation of an hour or day, in robust spreads. */
  score: number;
  /** What that hour or day was compared with. */
  basis: Basis;
  /** Sum over the unusual hours, in the series' unit. */
  actual: number;
  expected: number;
};

/** An hour or day this many robust spreads away is unusual. */
const ALARM_SPREADS = 5;
/** Unusual hours this close together are one anomaly if they deviate in the same direction. */
const QUIET_HOURS = 24;

/**
 * Anomalies of an hourly series. Each hour is judged by what came before. If the hour alone is normal
 * or cannot be judged, the day that ends with it is judged. Later hours can only make an anomaly
 * longer, and the first two days have none. An unusual day is reported as the hours that cause it.
 * @param values hours, oldest first, none below 0; `undefined` where nobody knows
 */
export function detectAnomalies(values: readonly (number | undefined)[]): Anomaly[] {
  const series = withoutGaps(values, 1);
  const judgeHour = createHourJudge(series);
  const judgeDay = createDayJudge(series);
  const anomalies: Anomaly[] = [];
  for (const hour of series.keys()) {
    const anomaly = unlike(hour, alarming(judgeHour(hour)), alarming(judgeDay(hour)));
    if (!anomaly) continue;
    const place = anomalies.findLastIndex(({ direction }) => direction === anomaly.direction);
    const last = anomalies[place];
    if (last && isToldAlready(last, anomaly)) continue;
    if (last && hour - last.to <= QUIET_HOURS) {
      anomalies[place] = joined(last, anomaly);
    } else {
      anomalies.push(anomaly);
    }
  }
  return anomalies.map((item) =>
    isOfDay(item) ? { ...item, ...unlikeStretch(series, item) } : item,
  );
}

function unlike(
  hour: number,
  ofHour: Judged<Basis> | undefined,
  ofDay: Judged<Basis> | undefined,
): Anomaly | undefined {
  if (ofHour) return anomalyOf(hour, hour, ofHour);
  return ofDay && anomalyOf(hour - DAY_HOURS + 1, hour, ofDay);
}

/** A day stays unusual for as long as it contains hours that were already reported. */
const isToldAlready = (last: Anomaly, anomaly: Anomaly): boolean =>
  isOfDay(anomaly) && !isOfDay(last) && anomaly.from <= last.to;

const alarming = (judged: Judged<Basis> | undefined): Judged<Basis> | undefined =>
  judged && Math.abs(judged.score) > ALARM_SPREADS ? judged : undefined;

const anomalyOf = (
  from: number,
  to: number,
  { score, basis, actual, expected }: Judged<Basis>,
): Anomaly => ({
  from,
  to,
  foundAt: to,
  direction: score > 0 ? 'above' : 'below',
  score: Math.abs(score),
  basis,
  actual,
  expected,
});

const isOfDay = ({ basis }: Anomaly): boolean => DAY_BASES.some((item) => item === basis);

/** Hours add up. Days overlap, so the most unusual one represents them all. */
function joined(earlier: Anomaly, later: Anomaly): Anomaly {
  const span = { from: earlier.from, to: later.to, foundAt: earlier.foundAt };
  const farther = later.score > earlier.score ? later : earlier;
  if (isOfDay(earlier) && isOfDay(later)) return { ...farther, ...span };
  if (isOfDay(earlier) || isOfDay(later)) return { ...earlier, ...span };
  return {
    ...farther,
    ...span,
    actual: earlier.actual + later.actual,
    expected: earlier.expected + later.expected,
  };
}
