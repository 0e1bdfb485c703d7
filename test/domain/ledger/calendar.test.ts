import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Calendar,
  type Calendared,
  calendarAt,
  changedCalendar,
  pendingChange,
  periodBefore,
  periodFollowing,
  periodOf,
} from '../../../domain/ledger/calendar.ts';
import { PERIODS, WEEKDAYS } from '../../../domain/periods.ts';

const at = (text: string): number => Date.parse(text);
const HOUR_MS = 3_600_000;

const utc = (period: Calendared['period']): Calendared => ({
  period,
  timeZone: 'UTC',
  createdAtMs: 0,
});

const changed = (budget: Calendared, calendar: Calendar, now: string): Calendared => ({
  ...budget,
  ...changedCalendar(budget, calendar, at(now)),
});

describe('a change of the calendar', () => {
  it('takes effect with the next period, which begins by the new calendar', () => {
    const budget = changed(utc('daily'), { timeZone: 'Asia/Tokyo' }, '2026-11-21T10:00:00Z');
    expect(pendingChange(budget, at('2026-11-21T10:00:00Z'))?.fromMs).toBe(
      at('2026-11-22T00:00:00Z'),
    );
    expect(calendarAt(budget, at('2026-11-21T23:59:59Z')).timeZone).toBe('UTC');
    expect(periodOf(budget, at('2026-11-21T23:59:59Z')).key).toBe('2026-11-21');
    // Clipped: in Tokyo this day began nine hours earlier.
    expect(periodOf(budget, at('2026-11-22T00:00:00Z'))).toEqual({
      period: 'daily',
      key: '2026-11-22',
      startsAtMs: at('2026-11-22T00:00:00Z'),
      endsAtMs: at('2026-11-22T15:00:00Z'),
    });
  });

  it('lets a day go on where the new zone still has the same date', () => {
    const budget = changed(
      utc('daily'),
      { timeZone: 'America/Los_Angeles' },
      '2026-11-21T10:00:00Z',
    );
    const day = periodOf(budget, at('2026-11-22T07:59:59Z'));
    expect(day).toMatchObject({ key: '2026-11-21', startsAtMs: at('2026-11-21T00:00:00Z') });
    expect(day.endsAtMs).toBe(at('2026-11-22T08:00:00Z'));
    expect(periodOf(budget, day.endsAtMs).key).toBe('2026-11-22');
  });

  it('skips over the date line without using a date twice', () => {
    const kiritimati = { ...utc('daily'), timeZone: 'Pacific/Kiritimati' };
    const budget = changed(kiritimati, { timeZone: 'Pacific/Pago_Pago' }, '2026-11-21T12:00:00Z');
    const day = periodOf(budget, at('2026-11-21T12:00:00Z'));
    expect([day.key, day.endsAtMs]).toEqual(['2026-11-22', at('2026-11-23T11:00:00Z')]);
    expect(periodOf(budget, at('2026-11-23T10:59:59Z')).key).toBe('2026-11-22');
    expect(periodOf(budget, day.endsAtMs).key).toBe('2026-11-23');
  });

  it('replaces one that is still to come, and back again leaves nothing', () => {
    const tokyo = changed(utc('daily'), { timeZone: 'Asia/Tokyo' }, '2026-11-21T10:00:00Z');
    const back = changed(tokyo, { timeZone: 'UTC' }, '2026-11-21T11:00:00Z');
    expect(pendingChange(back, at('2026-11-21T11:00:00Z'))).toBeUndefined();
    expect(back.calendarChanges).toBeUndefined();
  });

  it('waits for the end of a later period that has a balance already', () => {
    const budget = utc('daily');
    const next = changedCalendar(
      budget,
      { timeZone: 'Asia/Tokyo' },
      at('2026-11-21T23:59:59Z'),
      ({ key }) => key === '2026-11-22',
    );
    expect(next.calendarChanges?.[0]?.fromMs).toBe(at('2026-11-23T00:00:00Z'));
  });

  it('keeps what is to come once a period that it names has a balance', () => {
    const sundays = { timeZone: 'UTC', weekStartsOn: 'sunday' as const };
    const nowMs = at('2026-11-22T23:59:00Z');
    const pending = changed({ ...utc('weekly') }, sundays, '2026-11-20T00:00:00Z');
    const next = periodOf(pending, at('2026-11-23T00:00:00Z'));
    expect(next.key).toBe('2026-11-22');
    const isTouched = ({ key }: { key: string }): boolean => key === next.key;
    const keyAfter = (calendar: Calendar): string =>
      periodOf(
        { ...pending, ...changedCalendar(pending, calendar, nowMs, isTouched) },
        next.startsAtMs,
      ).key;
    // Any change of the budget sends its calendar along.
    expect(keyAfter(sundays)).toBe(next.key);
    expect(keyAfter({ timeZone: 'UTC' })).toBe(next.key);
    expect(keyAfter({ timeZone: 'Asia/Tokyo', weekStartsOn: 'friday' })).toBe(next.key);
    expect(changedCalendar(pending, sundays, nowMs, isTouched)).toEqual(
      changedCalendar(pending, sundays, nowMs),
    );
  });

  it('moves the billing day with a short month in between', () => {
    const budget = changed(
      utc('monthly'),
      { timeZone: 'UTC', billingDay: 15 },
      '2026-11-21T00:00:00Z',
    );
    const short = periodOf(budget, at('2026-12-01T00:00:00Z'));
    expect([short.key, short.endsAtMs]).toEqual(['2026-11-15', at('2026-12-15T00:00:00Z')]);
    expect(short.startsAtMs).toBe(at('2026-12-01T00:00:00Z'));
    expect(periodOf(budget, at('2027-01-14T00:00:00Z')).key).toBe('2026-12-15');
  });

  it('leaves total as it is: it never ends', () => {
    const budget = changed(utc('total'), { timeZone: 'Asia/Tokyo' }, '2026-11-21T00:00:00Z');
    expect(periodOf(budget, at('2030-01-01T00:00:00Z'))).toEqual({
      period: 'total',
      key: 'total',
      startsAtMs: 0,
      endsAtMs: Infinity,
    });
    expect(periodFollowing(budget, periodOf(budget, 0))).toBeUndefined();
  });
});

it('a second change keeps the period that the first one makes last longer', () => {
  // The day of UTC goes on until Samoa's next day begins, eleven hours later.
  const before = utc('daily');
  const samoa = { timeZone: 'Pacific/Pago_Pago' };
  const once = { ...before, ...changedCalendar(before, samoa, at('2026-08-08T10:00:00Z')) };
  const afterMidnightMs = at('2026-08-09T00:00:01Z');
  expect(periodOf(once, afterMidnightMs).key).toBe('2026-08-08');
  const kiritimati = { timeZone: 'Pacific/Kiritimati' };
  const twice = { ...once, ...changedCalendar(once, kiritimati, afterMidnightMs) };
  expect(periodOf(twice, afterMidnightMs).key).toBe('2026-08-08');
  expect(calendarAt(twice, at('2026-08-12T00:00:00Z')).timeZone).toBe('Pacific/Kiritimati');
});

const calendars = fc.record({
  timeZone: fc.constantFrom(
    'UTC',
    'Asia/Tokyo',
    'America/Los_Angeles',
    'Pacific/Kiritimati',
    'Pacific/Pago_Pago',
    'Australia/Lord_Howe',
    'America/Santiago',
  ),
  weekStartsOn: fc.constantFrom(...WEEKDAYS),
  billingDay: fc.integer({ min: 1, max: 28 }),
});
const START_MS = at('2026-08-01T00:00:00Z');

describe('the periods of a budget whose calendar changes again and again', () => {
  it('follow each other without a gap, never share a key, and keep what was', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PERIODS.filter((period) => period !== 'total')),
        calendars,
        fc.array(fc.tuple(fc.integer({ min: 0, max: 400 }), calendars), { maxLength: 6 }),
        (period, first, changes) => {
          let budget: Calendared = { period, createdAtMs: 0, ...first };
          let nowMs = START_MS;
          for (const [hours, calendar] of changes) {
            nowMs += hours * HOUR_MS + 1;
            const before = budget;
            budget = { ...budget, ...changedCalendar(budget, calendar, nowMs) };
            const past = [0, 1, 5, 30, 100, 700].map((hoursAgo) => nowMs - hoursAgo * HOUR_MS);
            const keysOf = (one: Calendared) => past.map((pastMs) => periodOf(one, pastMs).key);
            expect(keysOf(budget)).toEqual(keysOf(before));
          }
          const endMs = nowMs + 70 * 24 * HOUR_MS;
          let span = periodOf(budget, START_MS);
          while (span.endsAtMs < endMs) {
            const next = periodOf(budget, span.endsAtMs);
            const isRight =
              span.startsAtMs < span.endsAtMs &&
              next.startsAtMs === span.endsAtMs &&
              next.key > span.key &&
              [span.startsAtMs, span.endsAtMs - 1].every(
                (insideMs) => periodOf(budget, insideMs).key === span.key,
              ) &&
              periodBefore(budget, next)?.startsAtMs === span.startsAtMs;
            expect(isRight, JSON.stringify([span, next])).toBe(true);
            span = next;
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
