import { withoutGaps } from '../series/gaps.ts';
import type { Basis } from './expectations.ts';
import { createHourJudge, type JudgedHour } from './judge-hours.ts';

/** Hours that together are unlike those before. */
export type Anomaly = {
  /** Index of the first and the last hour of it. */
  from: number;
  to: number;
  direction: 'above' | 'below';
  /** The farthest hour, in robust spreads. */
  score: number;
  /** What that hour was compared with. */
  basis: Basis;
  /** Sums over its unlike hours, in the series' unit. */
  actual: number;
  expected: number;
};

/** Robust spreads at which an hour is unlike those before. */
const ALARM_SPREADS = 5;
/** Unlike hours this near are one anomaly. */
const QUIET_HOURS = 24;

/**
 * Anomalies of an hourly series. Each hour is judged by those before it alone, so what comes later
 * only makes an anomaly longer; none is known in the first two days.
 * @param values hours, oldest first, none below 0; `undefined` where nobody knows
 */
export function detectAnomalies(values: readonly (number | undefined)[]): Anomaly[] {
  const series = withoutGaps(values, 1);
  const judge = createHourJudge(series);
  const anomalies: Anomaly[] = [];
  for (const hour of series.keys()) {
    const judged = judge(hour);
    if (!judged || Math.abs(judged.score) <= ALARM_SPREADS) continue;
    const found = anomalyOf(hour, judged);
    const last = anomalies.at(-1);
    if (last && hour - last.to <= QUIET_HOURS) {
      anomalies[anomalies.length - 1] = joined(last, found);
    } else {
      anomalies.push(found);
    }
  }
  return anomalies;
}

const anomalyOf = (hour: number, { score, basis, actual, expected }: JudgedHour): Anomaly => ({
  from: hour,
  to: hour,
  direction: score > 0 ? 'above' : 'below',
  score: Math.abs(score),
  basis,
  actual,
  expected,
});

function joined(earlier: Anomaly, later: Anomaly): Anomaly {
  const farther = later.score > earlier.score ? later : earlier;
  return {
    ...farther,
    from: earlier.from,
    to: later.to,
    actual: earlier.actual + later.actual,
    expected: earlier.expected + later.expected,
  };
}
