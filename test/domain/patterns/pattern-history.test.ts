import { describe, expect, test } from 'vitest';
import {
  followPattern,
  isReviewDue,
  LASTING_WEEKS,
  type PatternHistory,
} from '../../../domain/patterns/pattern-history.ts';
import { dayOf } from '../../../domain/reporting/aggregates.ts';
import {
  classifyLabelled,
  keptNames,
  macroF1Percent,
  newNames,
  stabilityPercent,
} from '../../../lab/evaluation/figures/pattern-figures.ts';
import { labelledSeries } from '../../../lab/evaluation/figures/labelled-series.ts';
import { classifyPattern } from '../../../domain/patterns/classify-pattern.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const FIRST_DAY = '2026-01-01';
const WEEK = [1, 1, 1.1, 1, 1.2, 0.4, 0.3];
const drawn = (count: number, level: (day: number) => number, noise = 0.05): number[] => {
  const random = seededRandom(7);
  return Array.from({ length: count }, (_, day) => level(day) * logNormalVariate(noise, random));
};
const follow = (values: readonly number[], history?: PatternHistory) =>
  followPattern(history, { values, firstDay: FIRST_DAY });
const dayAfter = (days: number): string => dayOf(Date.parse(FIRST_DAY) + (days - 1) * 86_400_000);

describe('the names of a series', () => {
  test('begin after two weeks', () => {
    expect(follow(drawn(13, () => 100))).toBeUndefined();
    expect(follow(drawn(14, () => 100))).toEqual({
      names: [
        {
          pattern: 'steady',
          since: dayAfter(14),
          reason: 'first',
          weeklyChangePercent: expect.any(Number),
          evidence: undefined,
        },
      ],
      reviewedUntil: dayAfter(14),
    });
  });

  test('are the same whether reviewed week by week or all at once', () => {
    const days = drawn(150, (day) => (day < 60 ? 100 : 100 * (WEEK[day % 7] ?? 1)));
    let weekly: PatternHistory | undefined;
    for (let count = 1; count <= days.length; count += 1) {
      weekly = follow(days.slice(0, count), weekly);
    }
    expect(weekly).toEqual(follow(days));
    expect(weekly?.reviewedUntil).toBe(dayAfter(147));
  });

  test('change at once where the evidence leaves no doubt, with the evidence and the day', () => {
    const days = drawn(150, (day) => (day < 21 ? 100 : 100 * (WEEK[day % 7] ?? 1)), 0.02);
    const [first, second, ...more] = follow(days)?.names ?? [];
    expect(first).toMatchObject({ pattern: 'steady', reason: 'first' });
    expect(second).toMatchObject({ pattern: 'seasonal', reason: 'clear' });
    expect(second?.evidence?.strength).toBeGreaterThanOrEqual(0.75);
    expect(second?.since && second.since > dayAfter(21)).toBe(true);
    expect(more).toEqual([]);
  });

  test('change after five weeks of the same evidence otherwise, and not before', () => {
    const days = drawn(260, (day) => (day < 60 ? 100 : 100 + 0.8 * (day - 60)), 0.15);
    const classified = newNames(days, (sample) => classifyPattern(sample).pattern);
    const start = classified.indexOf('growing');
    expect(classified.slice(start, start + LASTING_WEEKS)).not.toContain('steady');
    const kept = keptNames(days);
    expect(kept.indexOf('growing')).toBe(start + LASTING_WEEKS - 1);
    const before = follow(days.slice(0, 14 + 7 * (start + LASTING_WEEKS - 2)));
    expect(before?.names).toHaveLength(1);
    expect(before?.challenger).toEqual({ pattern: 'growing', weeks: LASTING_WEEKS - 1 });
    expect(follow(days)?.names.at(-1)).toMatchObject({ pattern: 'growing', reason: 'lasting' });
  });

  test('are at most twenty', () => {
    const names = Array.from({ length: 20 }, (_, index) => ({
      pattern: 'steady' as const,
      since: dayAfter(index + 1),
      reason: 'clear' as const,
      weeklyChangePercent: 0,
    }));
    const days = drawn(70, (day) => 100 * (WEEK[day % 7] ?? 1), 0.02);
    const next = follow(days, { names, reviewedUntil: dayAfter(63) });
    expect(next?.names).toHaveLength(20);
    expect(next?.names.at(-1)?.pattern).toBe('seasonal');
    expect(next?.names[0]?.since).toBe(dayAfter(2));
  });

  test('continue when the oldest days are no longer kept', () => {
    const days = drawn(60, () => 100);
    const history = follow(days);
    const firstDay = dayAfter(41);
    const later = drawn(27, () => 100);
    expect(followPattern(history, { values: later, firstDay })?.reviewedUntil).toBe(dayAfter(63));
  });
});

test('a review is due a week after the last', () => {
  const history = { names: [], reviewedUntil: '2026-03-01' };
  expect(isReviewDue(history, '2026-03-07')).toBe(false);
  expect(isReviewDue(history, '2026-03-08')).toBe(true);
});

describe('names on generated series', () => {
  test('are right as often as those of single days, nearly', () => {
    const kept = classifyLabelled(60, 2, (days) => keptNames(days).at(-1) ?? 'steady');
    expect(macroF1Percent(kept)).toBeGreaterThanOrEqual(85);
  });

  test('last longer than names without memory', () => {
    const random = seededRandom(5);
    const series = Array.from({ length: 40 }, () => labelledSeries('steady', random)).filter(
      ({ length }) => length >= 21,
    );
    const meanOf = (of: (days: number[]) => number): number =>
      series.reduce((sum, days) => sum + of(days), 0) / series.length;
    const kept = meanOf((days) => stabilityPercent(keptNames(days)));
    const unkept = meanOf((days) =>
      stabilityPercent(newNames(days, (sample) => classifyPattern(sample).pattern)),
    );
    expect(kept).toBeGreaterThan(95);
    expect(kept).toBeGreaterThan(unkept);
  });
});
