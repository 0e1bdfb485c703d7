import { Cron } from 'croner';
import { ownValue } from '../own-value.ts';

/** When a schedule fires. */
export type ScheduleTimes = {
  /**
   * The first time after `after`, or `undefined` if the schedule never fires again. Milliseconds
   * since 1970.
   */
  next(after: number): number | undefined;
};

const UNITS: Readonly<Record<string, number>> = {
  second: 1_000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
};

/**
 * Parses EventBridge's `rate(15 minutes)`, `cron(0 6 * * ? *)` and `at(2026-01-01T00:00:00)`.
 * `anchor` is when a rate began (milliseconds since 1970); `timeZone` is an IANA name. Throws an
 * `Error` for anything else.
 */
export function parseScheduleExpression(
  expression: string,
  timeZone: string,
  anchor: number,
): ScheduleTimes {
  const [, kind, argument = ''] = /^(rate|cron|at)\((.+)\)$/.exec(expression.trim()) ?? [];
  if (kind === 'rate') {
    const [count, unit = ''] = argument.trim().split(/\s+/);
    const every = Number(count) * (ownValue(UNITS, unit.replace(/s$/, '')) ?? Number.NaN);
    if (Number.isFinite(every) && every > 0) {
      return {
        next: (after) => anchor + (Math.max(0, Math.floor((after - anchor) / every)) + 1) * every,
      };
    }
  }
  if (kind === 'cron') {
    const cron = new Cron(toCroner(argument), { timezone: timeZone, mode: '7-part', paused: true });
    return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
  }
  if (kind === 'at') {
    const cron = new Cron(argument, { timezone: timeZone, paused: true });
    return { next: (after) => cron.nextRun(new Date(after))?.getTime() };
  }
  throw new Error(`"${expression}" is not a schedule expression.`);
}

/**
 * AWS writes minutes, hours, day of month, month, day of week (1 is Sunday) and year, with `?` for
 * one of the two days. Croner wants seconds first and counts days of the week from 0.
 */
function toCroner(fields: string): string {
  const parts = fields.trim().split(/\s+/);
  if (parts.length !== 6) throw new Error(`"cron(${fields})" needs 6 fields.`);
  const translated = parts.map((part, index) => {
    const last = LAST_VALUES[index] ?? 0;
    // AWS writes "every 15th from 0" as 0/15.
    const text = part
      .replaceAll('?', '*')
      .replaceAll(/(^|,)(\d+)\/(\d+)/g, (_all, before: string, from: string, step: string) => {
        return `${before}${from}-${last}/${step}`;
      });
    return index === WEEKDAY_FIELD
      ? text.replaceAll(/\d+/g, weekday).replaceAll(/(\d)L/g, '$1#L')
      : text;
  });
  return ['0', ...translated].join(' ');
}

const WEEKDAY_FIELD = 4;
const LAST_VALUES = [59, 23, 31, 12, 7, 2199];

/** A number is a day unless it follows `#` (which one of the month) or `/` (a step). */
function weekday(digits: string, position: number, field: string): string {
  const before = field[position - 1];
  return before === '#' || before === '/' ? digits : String(Number(digits) - 1);
}
