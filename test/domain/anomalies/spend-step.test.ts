import { describe, expect, test } from 'vitest';
import {
  beganWith,
  comparedDays,
  lastsAfter,
  spendSteps,
} from '../../../domain/anomalies/spend-step.ts';

const FIRST_DAY = '2026-10-01';
/** Around a level, a few percent of noise. */
const days = (count: number, level: number): number[] =>
  Array.from({ length: count }, (_, day) => level * (1 + 0.04 * ((((day * 7) % 5) - 2) / 2)));
const stepsIn = (...values: number[][]) =>
  spendSteps({ values: values.flat(), firstDay: FIRST_DAY });

describe('a lasting step', () => {
  test('is dated, with the usual day on both sides, once five days are over', () => {
    const [step, ...more] = stepsIn(days(20, 10), days(5, 25));
    expect(more).toEqual([]);
    expect(step).toMatchObject({
      direction: 'above',
      since: '2026-10-21',
      foundOn: '2026-10-25',
      daysBefore: 20,
      daysSince: 5,
    });
    expect(step?.usualBefore).toBeCloseTo(10, 0);
    expect(step?.usualSince).toBeCloseTo(25, 0);
    expect(stepsIn(days(20, 10), days(4, 25))).toEqual([]);
  });

  test('down to nothing is one, up from nearly nothing is a new spender', () => {
    expect(stepsIn(days(20, 10), days(8, 0))).toMatchObject([{ direction: 'below' }]);
    expect(stepsIn(days(20, 0), days(12, 10))).toEqual([]);
    expect(stepsIn(days(20, 0.1), days(12, 10))).toEqual([]);
  });

  test('up and down again is two', () => {
    const steps = stepsIn(days(20, 10), days(12, 30), days(12, 10));
    expect(steps.map(({ direction, since }) => [direction, since])).toEqual([
      ['above', '2026-10-21'],
      ['below', '2026-11-02'],
    ]);
    expect(steps).toMatchObject([{ daysSince: 12 }, { daysBefore: 12 }]);
  });

  test('is not growth, single spikes, or six days of a new organization', () => {
    expect(stepsIn(Array.from({ length: 60 }, (_, day) => 10 * 1.02 ** day))).toEqual([]);
    expect(stepsIn(days(20, 10), [90, 80], days(20, 10))).toEqual([]);
    expect(stepsIn([1, 2, 9, 9, 9, 9])).toEqual([]);
  });

  test('with a spike in it stays one', () => {
    const steps = stepsIn(days(20, 10), days(8, 25), [200], days(8, 25));
    expect(steps.map(({ since }) => since)).toEqual(['2026-10-21']);
  });
});

test.each([
  [{ daysBefore: 20, daysSince: 5 }, ['2026-10-14', '2026-10-18'], ['2026-10-21', '2026-10-25']],
  [{ daysBefore: 20, daysSince: 9 }, ['2026-10-14', '2026-10-20'], ['2026-10-21', '2026-10-27']],
  [{ daysBefore: 5, daysSince: 9 }, ['2026-10-16', '2026-10-20'], ['2026-10-21', '2026-10-25']],
])(
  '%j is compared with as many days, of the same weekdays if there are',
  (known, before, after) => {
    const compared = comparedDays({ since: '2026-10-21', ...known });
    expect([compared.before, compared.after].map(({ from, to }) => [from, to])).toEqual([
      before,
      after,
    ]);
  },
);

test('a spike is how a step began by day and direction; later ones end at its level', () => {
  const [step] = stepsIn(days(20, 10), days(5, 25));
  if (!step) expect.fail('no step');
  const began = (day: string, direction: 'above' | 'below' = 'above') =>
    beganWith(step, { day, direction });
  expect(['2026-10-19', '2026-10-20', '2026-10-21', '2026-10-22'].map((day) => began(day))).toEqual(
    [false, true, true, false],
  );
  expect(began('2026-10-21', 'below')).toBe(false);
  const lasts = ['2026-10-19', '2026-10-22', '2026-10-25', '2026-10-26'].map((day) =>
    lastsAfter(step, { day, direction: 'above' }),
  );
  expect(lasts).toEqual([false, true, true, false]);
});
