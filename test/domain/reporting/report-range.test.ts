import { describe, expect, test } from 'vitest';
import {
  hoursRequested,
  localDaysOf,
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
    expect(reportRangeOf({}, NOW, 'UTC')).toEqual({ fromMs: at('2026-11-01'), toMs: NOW + 1 });
    expect(reportRangeOf({}, at('2026-12-01'), 'UTC')).toEqual({
      fromMs: at('2026-12-01'),
      toMs: at('2026-12-01') + 1,
    });
  });

  test('that ends with a month is that month', () => {
    const to = { atMs: at('2026-11-01') };
    expect(reportRangeOf({ to }, NOW, 'UTC')).toEqual({
      fromMs: at('2026-10-01'),
      toMs: to.atMs,
    });
    expect(reportRangeOf({ to, from: { atMs: 5 } }, NOW, 'UTC')).toEqual({
      fromMs: 5,
      toMs: to.atMs,
    });
  });
});

describe('dates in a time zone', () => {
  const range = (from: string, to: string) => ({ fromMs: at(from), toMs: at(to) });
  const day = (date: string, next: string) => ({ from: { date }, to: { date: next } });

  test('begin when they do there, also where clocks change', () => {
    const single = day('2026-10-25', '2026-10-26');
    expect(hoursRequested(single, NOW, 'UTC')).toEqual(range('2026-10-25', '2026-10-26'));
    expect(hoursRequested(single, NOW, 'Europe/Berlin')).toEqual(
      range('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'),
    );
    expect(hoursRequested(single, NOW, 'America/New_York')).toEqual(
      range('2026-10-25T04:00:00Z', '2026-10-26T04:00:00Z'),
    );
  });

  test('have the hours that begin in them where they begin within an hour', () => {
    expect(hoursRequested(day('2026-11-20', '2026-11-21'), NOW, 'Asia/Kolkata')).toEqual(
      range('2026-11-19T19:00:00Z', '2026-11-20T19:00:00Z'),
    );
  });

  test('without a start begin with the month in which the last hour begins', () => {
    const halfPast = at('2026-11-30T18:45:00Z');
    expect(hoursRequested({}, halfPast, 'Asia/Kolkata')).toEqual(
      range('2026-10-31T19:00:00Z', '2026-11-30T19:00:00Z'),
    );
    expect(hoursRequested({}, halfPast + HOUR_MS, 'Asia/Kolkata')).toEqual(
      range('2026-11-30T19:00:00Z', '2026-11-30T20:00:00Z'),
    );
  });

  test('a range falls into them, each with its hours, those at the ends with some', () => {
    const part = range('2026-10-24T20:00:00Z', '2026-10-26T01:00:00Z');
    expect(localDaysOf(part, 'Europe/Berlin')).toEqual([
      range('2026-10-24T20:00:00Z', '2026-10-24T22:00:00Z'),
      range('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z'),
      range('2026-10-25T23:00:00Z', '2026-10-26T01:00:00Z'),
    ]);
    expect(localDaysOf({ fromMs: NOW, toMs: NOW }, 'Europe/Berlin')).toEqual([]);
  });
});

describe('a range is refused', () => {
  test.each([
    ['total', 400],
    ['daily', 400],
    ['hourly', 31],
  ] as const)('%s beyond %i days', (granularity, days) => {
    const within = { fromMs: NOW, toMs: NOW + days * DAY_MS };
    expect(rangeFault(within, granularity)).toBeUndefined();
    // Where clocks are set back, as many days have an hour more.
    const longer = within.toMs + HOUR_MS;
    expect(rangeFault({ ...within, toMs: longer }, granularity)).toBeUndefined();
    expect(rangeFault({ ...within, toMs: longer + 1 }, granularity)?.field).toBe('from');
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
