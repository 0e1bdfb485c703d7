import {
  classifyPattern,
  LEAST_PATTERN_DAYS,
  type Pattern,
  PATTERNS,
} from '../../../domain/patterns/classify-pattern.ts';
import { followPattern, type PatternHistory } from '../../../domain/patterns/pattern-history.ts';
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
/** Any date; patterns know no calendar. */
const FIRST_DAY = '2001-01-01';

type Days = readonly (number | undefined)[];

/** The name that a series has after each weekly review, by the state that the product keeps. */
export function keptNames(days: Days): Pattern[] {
  const names: Pattern[] = [];
  let history: PatternHistory | undefined;
  for (const values of weeksOf(days)) {
    history = followPattern(history, { values, firstDay: FIRST_DAY });
    const name = history?.names.at(-1);
    if (name) names.push(name.pattern);
  }
  return names;
}

/** The name of the days so far after each week, without a memory of earlier names. */
export const newNames = (days: Days, classify: (days: Days) => Pattern): Pattern[] =>
  weeksOf(days).map(classify);

const weeksOf = (days: Days): Days[] =>
  Array.from(
    { length: Math.max(0, Math.floor((days.length - LEAST_PATTERN_DAYS) / WEEK_DAYS) + 1) },
    (_, week) => days.slice(0, LEAST_PATTERN_DAYS + week * WEEK_DAYS),
  );

/** Percent of weeks after which a series keeps its name; NaN without a following week. */
export function stabilityPercent(names: readonly Pattern[]): number {
  const kept = names.filter((name, index) => index > 0 && name === names[index - 1]).length;
  return (100 * kept) / (names.length - 1);
}
