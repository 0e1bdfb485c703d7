import { median, robustSpread } from '../../../domain/series/robust.ts';

/**
 * Hours of a series, and the stretches that people labeled as anomalous, in hours from its start.
 */
export type LabelledHours = {
  name: string;
  hours: (number | undefined)[];
  windows: { from: number; to: number }[];
};

export type Detected = { found: number; missed: number; falseAlarms: number; weeks: number };

const HOURS_PER_WEEK = 168;

/**
 * Counts each window once no matter how often it is detected, and each detection outside as a false
 * alarm.
 */
export function countDetections(
  { hours, windows }: LabelledHours,
  detections: readonly number[],
): Detected {
  const windowAt = (hour: number): number =>
    windows.findIndex(({ from, to }) => hour + 1 > from && hour <= to);
  const places = detections.map(windowAt);
  const foundCount = new Set(places.filter((place) => place >= 0)).size;
  return {
    found: foundCount,
    missed: windows.length - foundCount,
    falseAlarms: places.filter((place) => place < 0).length,
    weeks: hours.length / HOURS_PER_WEEK,
  };
}

export type DetectionFigures = {
  F1: number;
  precision: number;
  recall: number;
  /** False alarms per week of a series. */
  falsePerWeek: number;
};

/** Figures over all series: percentages, and false alarms per series and week. */
export function detectionFigures(detections: readonly Detected[]): DetectionFigures {
  const total = (of: (item: Detected) => number): number =>
    detections.reduce((sum, item) => sum + of(item), 0);
  const foundTotal = total((item) => item.found);
  const missed = total((item) => item.missed);
  const falseAlarms = total((item) => item.falseAlarms);
  return {
    F1: (200 * foundTotal) / (2 * foundTotal + missed + falseAlarms),
    precision: foundTotal + falseAlarms > 0 ? (100 * foundTotal) / (foundTotal + falseAlarms) : 0,
    recall: (100 * foundTotal) / (foundTotal + missed),
    falsePerWeek: falseAlarms / total((item) => item.weeks),
  };
}

const LEAST_HOURS = 24;
const SPREADS = 3;

/**
 * Alarms beyond three standard deviations from the mean of all earlier hours, both updated hour by
 * hour (Welford, 1962).
 */
export function threeSigmaAlarms(series: readonly number[]): number[] {
  let center = 0;
  let squares = 0;
  let count = 0;
  return alarmsOf(series, (hour) => {
    for (; count < hour; count += 1) {
      const value = series[count] ?? 0;
      const distance = value - center;
      center += distance / (count + 1);
      squares += distance * (value - center);
    }
    return { center, reach: SPREADS * Math.sqrt(squares / count) };
  });
}

/** The same with median and spread of the same hour of the day over the previous 14 days. */
export const seasonalAlarms = (series: readonly number[]): number[] =>
  alarmsOf(series, (hour) => {
    const days = Array.from({ length: 14 }, (_, day) => hour - 24 * (day + 1));
    const alike = days.filter((item) => item >= 0).map((item) => series[item] ?? 0);
    if (alike.length < 3) return undefined;
    const center = median(alike);
    return { center, reach: SPREADS * Math.max(robustSpread(alike), 0.02 * center) };
  });

/** Hours at which alarms begin. Alarms within a day of each other count as one. */
function alarmsOf(
  series: readonly number[],
  usual: (hour: number) => { center: number; reach: number } | undefined,
): number[] {
  const alarms: number[] = [];
  let last = -Infinity;
  for (let hour = LEAST_HOURS; hour < series.length; hour += 1) {
    const band = usual(hour);
    if (!band || Math.abs((series[hour] ?? 0) - band.center) <= band.reach) continue;
    if (hour - last > 24) alarms.push(hour);
    last = hour;
  }
  return alarms;
}
