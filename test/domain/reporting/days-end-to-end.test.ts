import { describe, expect, test } from 'vitest';
import { addDays, periodAt } from '../../../domain/periods.ts';
import { localSeries } from '../../../domain/reporting/local-series.ts';
import {
  boundsFault,
  hoursIn,
  hoursRequested,
  localDaysOf,
  type ReportRange,
} from '../../../domain/reporting/report-range.ts';
import { periodText, reportedPeriods } from '../../../domain/reporting/report-subscription.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const at = (text: string): number => Date.parse(text);
/** About changes of clocks in both hemispheres. */
const AROUND = ['2026-03-08', '2026-04-05', '2026-10-25'];
const ZONES = Intl.supportedValuesOf('timeZone');

/** A cost for each hour, so that no two sums of hours are the same. */
const costAt = (startMs: number): bigint => BigInt(startMs / HOUR_MS) ** 2n;
const sumOf = (range: ReportRange): bigint =>
  hoursIn(range).reduce((sum, startMs) => sum + costAt(startMs), 0n);
const total = (ranges: readonly ReportRange[]): bigint =>
  ranges.reduce((sum, range) => sum + sumOf(range), 0n);

/** Midnights from three days before a date to the day after it. */
function midnightsAround(date: string, timeZone: string): number[] {
  const midnights = [periodAt('daily', at(date) - 3 * DAY_MS, timeZone).startsAtMs];
  for (let day = 0; day < 4; day += 1) {
    midnights.push(periodAt('daily', midnights.at(-1) ?? 0, timeZone).endsAtMs);
  }
  return midnights;
}

describe('days of every time zone, laid end to end', () => {
  test('are mailed with each hour once, and named as they are', () => {
    for (const timeZone of ZONES) {
      for (const date of AROUND) {
        const midnights = midnightsAround(date, timeZone);
        const schedule = { frequency: 'daily', timeZone, hour: 0 } as const;
        const mailed = midnights.slice(1).map((dueMs) => reportedPeriods(schedule, dueMs));
        const periods = mailed.map(({ period }) => period);
        const whole = { fromMs: periods[0]?.fromMs ?? 0, toMs: periods.at(-1)?.toMs ?? 0 };
        expect(total(periods), `${timeZone} about ${date}`).toBe(sumOf(whole));
        expect(mailed.slice(1).map(({ before }) => before)).toEqual(periods.slice(0, -1));
        const bars = periods.flatMap((period) =>
          localSeries(schedule, period, new Map(hoursIn(period).map((ms) => [ms, costAt(ms)]))),
        );
        expect(bars.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n)).toBe(sumOf(whole));
        for (const [index, period] of periods.entries()) {
          const isWhole =
            period.fromMs === midnights[index] && period.toMs === midnights[index + 1];
          expect(periodText(period, timeZone).includes('whole UTC hours')).toBe(!isWhole);
        }
      }
    }
  });

  test('add up as reports, and as rows of a report by day', () => {
    const now = at('2027-01-01');
    for (const timeZone of ZONES) {
      for (const date of AROUND) {
        const dates = [-3, -2, -1, 0, 1].map((days) => ({ date: addDays(date, days) }));
        const days = dates
          .slice(1)
          .map((to, index) => hoursRequested({ from: dates[index], to }, now, timeZone));
        const whole = hoursRequested({ from: dates[0], to: dates.at(-1) }, now, timeZone);
        expect(total(days), `${timeZone} about ${date}`).toBe(sumOf(whole));
        expect(localDaysOf(whole, timeZone)).toEqual(days);
        // As many hours as a mail of that day has.
        const dueMs = periodAt('daily', at(date), timeZone).startsAtMs;
        const schedule = { frequency: 'daily', timeZone, hour: 0 } as const;
        expect(days).toContainEqual(reportedPeriods(schedule, dueMs).period);
      }
    }
  });
});

test('an end within an hour is refused with what works', () => {
  const now = at('2026-11-23T06:40:00Z');
  const from = { atMs: at('2026-11-21T00:00:00+05:30') };
  expect(boundsFault({ from }, now)).toMatchObject({
    field: 'from',
    message: expect.stringMatching(
      /^is 2026-11-20T18:30:00Z, within a UTC hour.* send 2026-11-20T18:00:00Z or 2026-11-20T19:00:00Z, a date with timeZone .*Asia\/Kolkata/,
    ) as string,
  });
  expect(boundsFault({ from: { date: '2026-11-20' }, to: { atMs: now } }, now)?.field).toBe('to');
  expect(boundsFault({ to: { atMs: now + 1 } }, now)).toBeUndefined();
  expect(boundsFault({ from: { atMs: at('2026-11-20T18:00:00Z') } }, now)).toBeUndefined();
});
