import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTimeZone, localDate, periodAt, type PeriodSpan } from '../../domain/periods.ts';

const at = (text: string): number => Date.parse(text);
const periodAfter = ({ period, endsAtMs }: PeriodSpan, timeZone: string): PeriodSpan =>
  periodAt(period, endsAtMs, timeZone);

describe('periodAt', () => {
  it('gives each instant one day where clocks are set back over midnight', () => {
    // In St. John's the clocks went from 00:01 on November 7, 2010 back to 23:01 on the 6th.
    const keys = ['02:30:30', '02:45:00', '03:31:00'].map((time) => {
      const atMs = Date.parse(`2010-11-07T${time}Z`);
      const span = periodAt('daily', atMs, 'America/St_Johns');
      expect(span.startsAtMs <= atMs && atMs < span.endsAtMs).toBe(true);
      return span.key;
    });
    expect(keys).toEqual(['2010-11-06', '2010-11-06', '2010-11-07']);
  });

  it.each([
    ['UTC', '2026-11-21T23:59:59.999Z', '2026-11-21', 24],
    ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', 23],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25', 25],
    ['America/Santiago', '2026-09-06T12:00:00Z', '2026-09-06', 23],
    ['Asia/Kathmandu', '2026-11-21T18:30:00Z', '2026-11-22', 24],
    ['Pacific/Kiritimati', '2026-12-31T10:00:00Z', '2027-01-01', 24],
  ])('gives the calendar day in %s at %s', (timeZone, instant, key, hours) => {
    const span = periodAt('daily', at(instant), timeZone);
    expect(span.key).toBe(key);
    expect((span.endsAtMs - span.startsAtMs) / 3_600_000).toBe(hours);
  });

  it('starts a day at its first instant where midnight does not exist', () => {
    const span = periodAt('daily', at('2026-09-06T12:00:00Z'), 'America/Santiago');
    expect(new Date(span.startsAtMs).toISOString()).toBe('2026-09-06T04:00:00.000Z');
  });

  it('ends months at the next month, over the turn of a year and in leap years', () => {
    const december = periodAt('monthly', at('2027-12-15T00:00:00Z'), 'UTC');
    expect(periodAfter(december, 'UTC').key).toBe('2028-01');
    const february = periodAt('monthly', at('2028-02-10T00:00:00Z'), 'UTC');
    expect((february.endsAtMs - february.startsAtMs) / 86_400_000).toBe(29);
  });

  it('holds its instant, and the next period begins where it ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') }),
        fc.constantFrom(
          'UTC',
          'Europe/Berlin',
          'America/New_York',
          'Asia/Tehran',
          'Australia/Lord_Howe',
        ),
        fc.constantFrom('daily' as const, 'monthly' as const),
        (instant, timeZone, period) => {
          const span = periodAt(period, instant, timeZone);
          expect(span.startsAtMs).toBeLessThanOrEqual(instant);
          expect(span.endsAtMs).toBeGreaterThan(instant);
          expect(periodAfter(span, timeZone).startsAtMs).toBe(span.endsAtMs);
          expect(localDate(span.endsAtMs - 1, timeZone).startsWith(span.key)).toBe(true);
          expect(localDate(span.endsAtMs, timeZone).startsWith(span.key)).toBe(false);
        },
      ),
    );
  });

  it('knows time zones by name', () => {
    expect(isTimeZone('Europe/Berlin')).toBe(true);
    expect(isTimeZone('Mars/Olympus')).toBe(false);
  });
});
