import { describe, expect, test } from 'vitest';
import {
  coveringRange,
  rangeFault,
  reportRangeOf,
  rowsFault,
  segmentsOf,
} from '../../../domain/reporting/report-range.ts';

const at = (text: string): number => Date.parse(text);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = at('2026-11-21T06:30:00Z');

describe('a range without its ends', () => {
  test('goes from the start of the month up to now, and has what happens now in it', () => {
    expect(reportRangeOf({}, NOW)).toEqual({ fromMs: at('2026-11-01'), toMs: NOW + 1 });
    expect(reportRangeOf({}, at('2026-12-01'))).toEqual({
      fromMs: at('2026-12-01'),
      toMs: at('2026-12-01') + 1,
    });
  });

  test('that ends with a month is that month', () => {
    const to = at('2026-11-01');
    expect(reportRangeOf({ to }, NOW)).toEqual({ fromMs: at('2026-10-01'), toMs: to });
    expect(reportRangeOf({ to, from: 5 }, NOW)).toEqual({ fromMs: 5, toMs: to });
  });
});

test('a range covers the whole hours that it touches', () => {
  const hour = at('2026-11-21T06:00:00Z');
  const next = hour + HOUR_MS;
  expect(coveringRange({ fromMs: hour, toMs: next })).toEqual({ fromMs: hour, toMs: next });
  expect(coveringRange({ fromMs: hour + 1, toMs: next + 1 })).toEqual({
    fromMs: hour,
    toMs: next + HOUR_MS,
  });
  expect(coveringRange({ fromMs: next - 1, toMs: next - 1 })).toEqual({ fromMs: hour, toMs: next });
});

describe('a range is refused', () => {
  test.each([
    ['total', 400],
    ['daily', 400],
    ['hourly', 31],
  ] as const)('%s beyond %i days', (granularity, days) => {
    const within = { fromMs: NOW, toMs: NOW + days * DAY_MS };
    expect(rangeFault(within, granularity)).toBeUndefined();
    expect(rangeFault({ ...within, toMs: within.toMs + 1 }, granularity)?.field).toBe('from');
  });

  test('that ends before it begins, or as it begins', () => {
    expect(rangeFault({ fromMs: NOW, toMs: NOW + 1 }, 'total')).toBeUndefined();
    expect(rangeFault({ fromMs: NOW, toMs: NOW }, 'total')?.field).toBe('to');
    expect(rangeFault({ fromMs: NOW, toMs: NOW - 1 }, 'total')?.field).toBe('to');
  });
});

test('a report has at most 10 000 rows', () => {
  expect(rowsFault(10_000, 'total')).toBeUndefined();
  expect(rowsFault(10_001, 'total')).toMatchObject({
    field: 'groupBy',
    message: expect.stringMatching(/^makes 10001 rows, and a report has at most 10000;/) as string,
  });
  expect(rowsFault(10_001, 'daily')?.field).toBe('granularity');
});

test('a range is read day by day', () => {
  const day = at('2026-11-21');
  expect(segmentsOf({ fromMs: day - HOUR_MS, toMs: day + DAY_MS + HOUR_MS })).toEqual([
    { day: '2026-11-20', fromMs: day - HOUR_MS, toMs: day, whole: false },
    { day: '2026-11-21', fromMs: day, toMs: day + DAY_MS, whole: true },
    { day: '2026-11-22', fromMs: day + DAY_MS, toMs: day + DAY_MS + HOUR_MS, whole: false },
  ]);
  expect(segmentsOf({ fromMs: day, toMs: day })).toEqual([]);
});
