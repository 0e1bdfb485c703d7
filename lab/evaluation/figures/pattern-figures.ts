import {
  classifyPattern,
  type Pattern,
  PATTERNS,
} from '../../../domain/patterns/classify-pattern.ts';
import { seededRandom } from '../../traces/seeded-random.ts';
import { labelledSeries } from './labelled-series.ts';

/** The pattern detected in a series of the labeled generator. */
export type Labelled = { label: Pattern; named: Pattern; days: number };

/**
 * Classifies generated series, equally many per pattern; a seed always produces the same series.
 */
export function classifyLabelled(
  ofEach: number,
  seed: number,
  classify: (days: readonly number[]) => Pattern = (days) => classifyPattern(days).pattern,
): Labelled[] {
  const random = seededRandom(seed);
  return PATTERNS.flatMap((label) =>
    Array.from({ length: ofEach }, () => {
      const days = labelledSeries(label, random);
      return { label, named: classify(days), days: days.length };
    }),
  );
}

/** The mean over patterns of F1, in percent. */
export function macroF1Percent(labelled: readonly Labelled[]): number {
  const scores = PATTERNS.map((pattern) => {
    const right = labelled.filter(({ label, named }) => label === pattern && named === pattern);
    const labels = labelled.filter(({ label }) => label === pattern);
    const names = labelled.filter(({ named }) => named === pattern);
    return (2 * right.length) / (labels.length + names.length);
  });
  return (100 * scores.reduce((sum, score) => sum + score, 0)) / PATTERNS.length;
}

/**
 * Detects a pattern with simple thresholds: the rule that statistics must beat. Compares the last
 * quarter with the first, weekends with weekdays, and the highest day with the mean.
 */
export function patternByThresholds(days: readonly number[]): Pattern {
  const mean = (sample: readonly number[]): number =>
    sample.reduce((sum, day) => sum + day, 0) / sample.length;
  const quarter = Math.ceil(days.length / 4);
  const change = mean(days.slice(-quarter)) / mean(days.slice(0, quarter));
  const weekdays = Array.from({ length: 7 }, (_, weekday) =>
    mean(days.filter((_day, index) => index % 7 === weekday)),
  );
  if (Math.max(...days) > 2 * mean(days)) return 'spiky';
  if (change > 1.25) return 'growing';
  if (change < 0.8) return 'declining';
  return Math.max(...weekdays) > 1.25 * Math.min(...weekdays) ? 'seasonal' : 'steady';
}

const WEEK_DAYS = 7;
const LEAST_DAYS = 28;

/** Percent of weeks after which a series keeps its pattern; NaN without a following week. */
export function stabilityPercent(
  days: readonly (number | undefined)[],
  classify: (days: readonly (number | undefined)[]) => Pattern = (sample) =>
    classifyPattern(sample).pattern,
): number {
  const names: Pattern[] = [];
  for (let dayCount = LEAST_DAYS; dayCount <= days.length; dayCount += WEEK_DAYS) {
    names.push(classify(days.slice(0, dayCount)));
  }
  const kept = names.filter((name, index) => index > 0 && name === names[index - 1]).length;
  return (100 * kept) / (names.length - 1);
}
