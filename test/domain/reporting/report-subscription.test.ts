import { describe, expect, test } from 'vitest';
import { nextReportAt, reportedPeriods } from '../../../domain/reporting/report-subscription.ts';

const at = (text: string): number => Date.parse(text);
const text = (instantMs: number): string => new Date(instantMs).toISOString();

describe('a subscription', () => {
  test.each([
    ['daily', '2026-03-28T06:00:00Z', '2026-03-29T05:00:00.000Z'],
    ['daily', '2026-03-28T05:59:59Z', '2026-03-28T06:00:00.000Z'],
    ['weekly', '2026-03-23T06:00:00Z', '2026-03-30T05:00:00.000Z'],
    ['monthly', '2026-01-01T06:00:00Z', '2026-02-01T06:00:00.000Z'],
    ['monthly', '2026-12-31T23:30:00Z', '2027-01-01T06:00:00.000Z'],
  ] as const)('%s after %s is due at %s, by clocks in Berlin', (frequency, after, due) => {
    const schedule = { frequency, timeZone: 'Europe/Berlin', hour: 7 };
    expect(text(nextReportAt(schedule, at(after)))).toBe(due);
  });

  test.each([
    ['daily', '2026-03-30T05:00:00Z', '2026-03-27T23:00', '2026-03-28T23:00', '2026-03-29T22:00'],
    ['weekly', '2026-03-30T05:00:00Z', '2026-03-15T23:00', '2026-03-22T23:00', '2026-03-29T22:00'],
    ['monthly', '2026-04-01T05:00:00Z', '2026-01-31T23:00', '2026-02-28T23:00', '2026-03-31T22:00'],
  ] as const)('%s at %s covers whole days of Berlin', (frequency, due, before, from, to) => {
    const schedule = { frequency, timeZone: 'Europe/Berlin', hour: 7 };
    const instant = (start: string): number => at(`${start}:00Z`);
    expect(reportedPeriods(schedule, at(due))).toEqual({
      before: { fromMs: instant(before), toMs: instant(from) },
      period: { fromMs: instant(from), toMs: instant(to) },
    });
  });
});
