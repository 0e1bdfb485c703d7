import { describe, expect, test } from 'vitest';
import { periodAt } from '../../../domain/periods.ts';
import { localSeries } from '../../../domain/reporting/local-series.ts';
import {
  boundsFault,
  coveringRange,
  hoursIn,
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
  hoursIn(coveringRange(range)).reduce((sum, startMs) => sum + costAt(startMs), 0n);
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

const daysBetween = (bounds: readonly number[]): ReportRange[] =>
  bounds.slice(1).map((toMs, index) => ({ fromMs: bounds[index] ?? 0, toMs }));

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

  test('add up as reports, or are refused by name', () => {
    const refused = new Set<string>();
    for (const timeZone of ZONES) {
      for (const date of AROUND) {
        const days = daysBetween(midnightsAround(date, timeZone));
        const faults = days.map(({ fromMs, toMs }) =>
          boundsFault({ from: fromMs, to: toMs }, at('2027-01-01')),
        );
        const exact = days.filter((_, index) => faults[index] === undefined);
        if (exact.length < days.length) refused.add(timeZone);
        else {
          const whole = { fromMs: days[0]?.fromMs ?? 0, toMs: days.at(-1)?.toMs ?? 0 };
          expect(total(days), `${timeZone} about ${date}`).toBe(sumOf(whole));
        }
      }
    }
    expect(refused).toContain('Asia/Katmandu');
    expect(refused).toContain('America/St_Johns');
    expect(refused).not.toContain('America/New_York');
    expect(refused.size).toBeLessThan(ZONES.length / 10);
  });
});

test('an end within an hour is refused with what works', () => {
  const now = at('2026-11-23T06:40:00Z');
  const from = at('2026-11-21T00:00:00+05:30');
  expect(boundsFault({ from }, now)).toMatchObject({
    field: 'from',
    message: expect.stringMatching(
      /^is 2026-11-20T18:30:00Z, within a UTC hour.* Asia\/Kolkata .*send 2026-11-20T18:00:00Z or 2026-11-20T19:00:00Z/,
    ) as string,
  });
  expect(boundsFault({ from: at('2026-11-20'), to: now }, now)?.field).toBe('to');
  expect(boundsFault({ to: now + 1 }, now)).toBeUndefined();
  expect(boundsFault({ from: at('2026-11-20T18:00:00Z') }, now)).toBeUndefined();
});
