import { expect, test } from 'vitest';
import { isBack } from '../../../domain/anomalies/spike-end.ts';

const DAYS = 14;
/** Hours of fourteen days, cheap at night, followed by others. */
const after = (...later: number[]): number[] => [
  ...Array.from({ length: DAYS * 24 }, (_, hour) => (hour % 24 < 8 ? 1 : 4)),
  ...later,
];
const SPIKE = { from: DAYS * 24, to: DAYS * 24 + 2 };

test('spending is back once the hours since cost what they did before', () => {
  expect(isBack(after(50, 50, 50, 1), SPIKE)).toBe(false);
  expect(isBack(after(50, 50, 50, 1, 1, 1, 1, 1, 4), SPIKE)).toBe(true);
});

test('spending is not back while the spike lasts, or where another level stays', () => {
  expect(isBack(after(50, 50, 50), SPIKE)).toBe(false);
  expect(isBack(after(50, 50, 50, 2, 2, 2, 2, 2, 8), SPIKE)).toBe(false);
  const level = Array.from({ length: 200 }, (_, hour) => ((hour + 3) % 24 < 8 ? 2 : 8));
  expect(isBack(after(50, 50, 50, ...level), SPIKE)).toBe(false);
});

test('hours without usual spending say nothing', () => {
  const every = (level: number) => (_: unknown, hour: number) => (hour % 4 === 0 ? level : 0);
  const sparse = Array.from({ length: DAYS * 24 }, every(2));
  expect(isBack([...sparse, 30, 0, 0, 0], SPIKE)).toBe(false);
  expect(isBack([...sparse, 30, 0, 0, 0, 6], SPIKE)).toBe(false);
  expect(isBack([...sparse, 30, 0, 0, 0, 2], SPIKE)).toBe(true);
});

test('only the last day counts', () => {
  const day = Array.from({ length: 24 }, (_, hour) => ((hour + 9) % 24 < 8 ? 1 : 4));
  expect(isBack(after(50, 50, 50, 20, 20, 20, 20, 20, 20, ...day), SPIKE)).toBe(true);
});

test('a Monday is compared with a Monday: idle weekends make no other level of it', () => {
  const hours = Array.from({ length: 14 * 24 }, (_, hour) =>
    Math.floor(hour / 24) % 7 >= 5 ? 0 : 4,
  );
  expect(isBack([...hours, 90, 90, 90, 4.5, 4.5], SPIKE)).toBe(true);
});

test('who was idle before is back after an idle day', () => {
  const idle = Array<number>(DAYS * 24).fill(0);
  const rest = Array<number>(24).fill(0);
  expect(isBack([...idle, 9, 9, 9, ...rest], SPIKE)).toBe(true);
  expect(isBack([...idle, 9, 9, 9, ...rest.slice(1)], SPIKE)).toBe(false);
  expect(isBack([...idle, 9, 9, 9, ...rest.slice(1), 0.1], SPIKE)).toBe(false);
});

test('a day and a half of history suffices', () => {
  expect(isBack([...Array<number>(36).fill(2), 40, 2, 2], { from: 36, to: 36 })).toBe(true);
});
