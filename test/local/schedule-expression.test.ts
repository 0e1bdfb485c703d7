import { describe, expect, it } from 'vitest';
import { parseScheduleExpression } from '../../local/schedules/schedule-expression.ts';

const at = (text: string): number => Date.parse(text);

describe('schedule expressions', () => {
  it.each([
    ['rate(15 minutes)', 'UTC', '2026-03-01T00:07:00Z', '2026-03-01T00:15:00.000Z'],
    ['rate(1 hour)', 'UTC', '2026-03-01T05:00:00Z', '2026-03-01T06:00:00.000Z'],
    ['cron(0/15 * * * ? *)', 'UTC', '2026-03-01T00:15:00Z', '2026-03-01T00:30:00.000Z'],
    ['cron(0 6 * * ? *)', 'Europe/Berlin', '2026-07-01T04:30:00Z', '2026-07-02T04:00:00.000Z'],
    ['cron(30 9 ? * 2-6 *)', 'UTC', '2026-03-06T10:00:00Z', '2026-03-09T09:30:00.000Z'],
    ['cron(0 8 ? * MON *)', 'UTC', '2026-03-03T00:00:00Z', '2026-03-09T08:00:00.000Z'],
    ['cron(0 0 1 * ? *)', 'UTC', '2026-03-03T00:00:00Z', '2026-04-01T00:00:00.000Z'],
    ['cron(0 0 L * ? *)', 'UTC', '2026-02-03T00:00:00Z', '2026-02-28T00:00:00.000Z'],
    ['cron(0 12 ? * 3#2 *)', 'UTC', '2026-03-01T00:00:00Z', '2026-03-10T12:00:00.000Z'],
    ['cron(0 12 1 1 ? 2028)', 'UTC', '2026-03-01T00:00:00Z', '2028-01-01T12:00:00.000Z'],
    [
      'at(2026-05-01T10:00:00)',
      'America/New_York',
      '2026-03-01T00:00:00Z',
      '2026-05-01T14:00:00.000Z',
    ],
  ])('%s in %s after %s fires at %s', (expression, zone, after, expected) => {
    const times = parseScheduleExpression(expression, zone, at('2026-03-01T00:00:00Z'));
    expect(new Date(times.next(at(after)) ?? 0).toISOString()).toBe(expected);
  });

  it('has no next time behind the last one', () => {
    const times = parseScheduleExpression('at(2020-01-01T00:00:00)', 'UTC', 0);
    expect(times.next(at('2026-01-01T00:00:00Z'))).toBeUndefined();
  });

  it.each(['rate(0 minutes)', 'rate(5 parsecs)', 'cron(* * *)', 'every day'])(
    'refuses %s',
    (expression) => {
      expect(() => parseScheduleExpression(expression, 'UTC', 0)).toThrow(Error);
    },
  );
});
