import { withoutGaps } from '../series/gaps.ts';
import { mean } from '../series/robust.ts';
import { type Basis, BASES, createDetector, type Deviation } from './detectors.ts';
import { isRegular } from './regular-spike.ts';

/** Consecutive hours that differ from the past. */
export type Anomaly = {
  /** Index of the first hour and the last hour. */
  from: number;
  to: number;
  /** Index of the hour after which the anomaly could be detected. */
  foundAt: number;
  direction: 'above' | 'below';
  /** The largest mean score of the detectors, in spreads. */
  score: number;
  /** What the most accurate detector compared it with. */
  basis: Basis;
  /** Sum over the unusual hours, in the series' unit. */
  actual: number;
  expected: number;
};

export type DetectionSettings = {
  /** The widths of the detectors; each is compared with every basis. */
  hours: readonly number[];
  /** How many spreads away the mean of all detectors is unusual. */
  alarmSpreads: number;
};

/** What `npm run evaluate` chooses; it also tells how such a choice does on series left out of it. */
export const DETECTION: DetectionSettings = { hours: [1, 3], alarmSpreads: 4.25 };

/** Unusual hours this close together are one anomaly if they deviate in the same direction. */
const QUIET_HOURS = 24;
/** Hours at the ends that deviate by less than this share of the farthest hour are cut off. */
const CLEAR_SHARE = 0.25;
/** An event of up to this many unusual hours counts in spreads as one of them; a longer one is no rare event. */
const EVENT_HOURS = 24;
/** Unusual hours within this many hours are one event. */
const EVENT_REACH_HOURS = 48;

type Hour = { actual: number; expected: number };

/**
 * Anomalies of an hourly series. Several simple detectors score each hour by what came before, and
 * the mean of their scores decides, so no single method has to suit every series (score averaging;
 * Aggarwal and Sathe, 2017). What comes regularly is usual (`regular-spike.ts`). Later hours can only
 * make an anomaly longer, and the first 36 hours have none.
 * @param values hours, oldest first, none below 0; `undefined` where nobody knows
 */
export function detectAnomalies(
  values: readonly (number | undefined)[],
  { hours: widths, alarmSpreads }: DetectionSettings = DETECTION,
): Anomaly[] {
  const series = withoutGaps(values, 1);
  const detectors = widths.flatMap((hours) =>
    BASES.map((basis) => createDetector(series, { basis, hours, clipSpreads: alarmSpreads })),
  );
  const continuesEvent = rememberEvent();
  const hours: Hour[] = [];
  const scores: number[] = [];
  const anomalies: Anomaly[] = [];
  for (const [hour, actual] of series.entries()) {
    const deviations = detectors
      .map((detector) => detector.judge(hour))
      .filter((item) => item !== undefined);
    const nearest = nearestOf(deviations);
    hours.push({ actual, expected: nearest?.expected ?? actual });
    const score = nearest ? mean(deviations.map((item) => item.score)) : 0;
    scores.push(score);
    const isUnusual = Math.abs(score) > alarmSpreads;
    const isEvent = continuesEvent(hour, isUnusual);
    for (const detector of detectors) detector.learn(isEvent);
    if (!nearest || !isUnusual || (score > 0 && isRegular(scores, hour))) continue;
    const anomaly = anomalyAt(hour, score, nearest.basis);
    anomaly.from = Math.max(0, hour - Math.max(...widths) + 1);
    const last = anomalies.findLast(({ direction }) => direction === anomaly.direction);
    if (last && hour - last.to <= QUIET_HOURS) {
      last.to = hour;
      last.score = Math.max(last.score, anomaly.score);
    } else {
      anomalies.push(anomaly);
    }
  }
  return anomalies.map((anomaly) => ({ ...anomaly, ...clearHours(hours, anomaly) }));
}

const anomalyAt = (hour: number, score: number, basis: Basis): Anomaly => ({
  from: hour,
  to: hour,
  foundAt: hour,
  direction: score > 0 ? 'above' : 'below',
  score: Math.abs(score),
  basis,
  actual: 0,
  expected: 0,
});

/** Whether an unusual hour is one of the first in an event, and not the one that began it. */
function rememberEvent(): (hour: number, isUnusual: boolean) => boolean {
  let unusual: number[] = [];
  return (hour, isUnusual) => {
    if (!isUnusual) return false;
    unusual = [...unusual.filter((item) => item >= hour - EVENT_REACH_HOURS), hour];
    return unusual.length > 1 && unusual.length <= EVENT_HOURS;
  };
}

/** The narrowest detector that was most accurate so far. */
function nearestOf(deviations: readonly Deviation[]): Deviation | undefined {
  const narrowest = deviations.filter(({ hours }) => hours === deviations[0]?.hours);
  return narrowest.toSorted((left, right) => left.spread - right.spread)[0];
}

/** What an anomaly costs, without hours at its ends that hardly differ. */
function clearHours(
  hours: readonly Hour[],
  { from, to, foundAt, direction }: Anomaly,
): Pick<Anomaly, 'from' | 'to' | 'actual' | 'expected'> {
  const excesses = hours
    .slice(from, to + 1)
    .map(({ actual, expected }) => (direction === 'above' ? 1 : -1) * (actual - expected));
  const untilFound = excesses.slice(0, foundAt - from + 1);
  const isClear = (all: readonly number[]) => (excess: number) =>
    excess >= CLEAR_SHARE * Math.max(...all);
  const first = from + untilFound.findIndex(isClear(untilFound));
  const last = Math.max(foundAt, from + excesses.findLastIndex(isClear(excesses)));
  const inside = hours.slice(first, last + 1);
  const sumOf = (part: keyof Hour): number => inside.reduce((sum, item) => sum + item[part], 0);
  return { from: first, to: last, actual: sumOf('actual'), expected: sumOf('expected') };
}
