import { expect, test } from 'vitest';
import { periodAt } from '../../../domain/periods.ts';
import { hoursBeginningIn } from '../../../domain/reporting/report-range.ts';
import { localSeries } from '../../../domain/reporting/local-series.ts';

const HOUR_MS = 3_600_000;
const at = (text: string): number => Date.parse(text);

/** One for every hour that overlaps the period. */
const oneAnHour = (fromMs: number, toMs: number): Map<number, bigint> => {
  const hours = new Map<number, bigint>();
  const firstMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
  for (let startMs = firstMs; startMs < toMs; startMs += HOUR_MS) hours.set(startMs, 1n);
  return hours;
};

test.each([
  ['Europe/Berlin', '2026-10-15T12:00Z', 31, 745n],
  ['Europe/Berlin', '2027-03-15T12:00Z', 31, 743n],
  ['UTC', '2027-02-15T12:00Z', 28, 672n],
  ['Asia/Kathmandu', '2028-02-15T12:00Z', 29, 696n],
])('a month of %s about %s has %i days of all its hours', (timeZone, within, days, hours) => {
  const { startsAtMs, endsAtMs } = periodAt('monthly', at(within), timeZone);
  const { fromMs, toMs } = hoursBeginningIn({ fromMs: startsAtMs, toMs: endsAtMs });
  const subscription = { frequency: 'monthly', timeZone } as const;
  const series = localSeries(subscription, { fromMs, toMs }, oneAnHour(fromMs, toMs));
  expect(series).toHaveLength(days);
  expect(series[0]?.label.slice(-3)).toBe('-01');
  expect(series.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n)).toBe(hours);
});

test('an hour that clocks show twice is told once, and one that they leap over not at all', () => {
  const dayOf = (within: string) => {
    const { startsAtMs: fromMs, endsAtMs: toMs } = periodAt('daily', at(within), 'Europe/Berlin');
    const subscription = { frequency: 'daily', timeZone: 'Europe/Berlin' } as const;
    return localSeries(subscription, { fromMs, toMs }, oneAnHour(fromMs, toMs));
  };
  expect(dayOf('2026-10-25T12:00Z')[2]).toEqual({ label: '2026-10-25 02:00', costNanoUsd: 2n });
  expect(dayOf('2026-10-25T12:00Z')).toHaveLength(24);
  expect(dayOf('2027-03-28T12:00Z').map(({ label }) => label.slice(-5))).not.toContain('02:00');
  expect(dayOf('2027-03-28T12:00Z')).toHaveLength(23);
});
