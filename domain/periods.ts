export const PERIODS = ['daily', 'weekly', 'monthly', 'total'] as const;
export type Period = (typeof PERIODS)[number];

/** As JavaScript counts the days of a week. */
export const WEEKDAYS = [
  'sunday',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** On which day weeks and months begin; Monday and the first where nothing is given. */
export type PeriodStarts = {
  weekStartsOn?: Weekday | undefined;
  /** From 1 to 28. */
  billingDay?: number | undefined;
};

/**
 * One calendar period in one time zone. Bounds are epoch ms; `total` ends at `Infinity`. Keys of one
 * budget sort by time: a day `2026-11-21`, a week by its first day, a month `2026-11` or, with a
 * billing day, its first day `2026-11-15`, and `total`.
 */
export type PeriodSpan = Readonly<{
  period: Period;
  key: string;
  startsAtMs: number;
  endsAtMs: number;
}>;

/** In force until an organization chooses. */
export const DEFAULT_TIME_ZONE = 'UTC';

const formatters = new Map<string, Intl.DateTimeFormat>();
/** The last period of each calendar: nearly every call asks for the current one. */
const latestSpans = new Map<string, PeriodSpan>();
const dateStarts = new Map<string, number>();
const MOST_CACHED = 4_096;

/**
 * Whether the runtime knows this IANA time zone name. Bare offsets such as `+05:07` are refused,
 * because their midnight can fall on any minute.
 */
export function isTimeZone(timeZone: string): boolean {
  if (!/^[A-Za-z]/.test(timeZone)) return false;
  try {
    formatterOf(timeZone);
    return true;
  } catch {
    return false;
  }
}

/** Calendar date `YYYY-MM-DD` of an instant in a time zone. */
export function localDate(instantMs: number, timeZone: string): string {
  if (timeZone === 'UTC') return new Date(instantMs).toISOString().slice(0, 10);
  return formatterOf(timeZone).format(instantMs);
}

/**
 * The calendar period in the time zone that contains a time. Never compute it as "now minus 24
 * hours": days with clock changes have 23 or 25 hours, and some midnights do not exist.
 */
export function periodAt(
  period: Period,
  instantMs: number,
  timeZone: string,
  starts: PeriodStarts = {},
): PeriodSpan {
  if (period === 'total') return { period, key: 'total', startsAtMs: 0, endsAtMs: Infinity };
  const calendar = `${period} ${timeZone} ${starts.weekStartsOn ?? ''} ${starts.billingDay ?? ''}`;
  const latest = latestSpans.get(calendar);
  if (latest && latest.startsAtMs <= instantMs && instantMs < latest.endsAtMs) return latest;
  const span = spanAt(period, instantMs, timeZone, starts);
  if (latestSpans.size >= MOST_CACHED) latestSpans.clear();
  latestSpans.set(calendar, span);
  return span;
}

function spanAt(
  period: Exclude<Period, 'total'>,
  instantMs: number,
  timeZone: string,
  starts: PeriodStarts,
): PeriodSpan {
  let date = localDate(instantMs, timeZone);
  for (;;) {
    const { first, next, key } = datesOf(period, date, starts);
    const [startsAtMs, endsAtMs] = [startOfDate(first, timeZone), startOfDate(next, timeZone)];
    // Where clocks are set back over midnight, a date comes twice, so the bounds decide.
    if (instantMs < startsAtMs) date = addDays(first, -1);
    else if (instantMs >= endsAtMs) date = next;
    else return { period, key, startsAtMs, endsAtMs };
  }
}

/** The first date of the period that holds a date, the first date of the next one, and its key. */
function datesOf(
  period: Exclude<Period, 'total'>,
  date: string,
  { weekStartsOn = 'monday', billingDay = 1 }: PeriodStarts,
): { first: string; next: string; key: string } {
  if (period === 'daily') return { first: date, next: addDays(date, 1), key: date };
  if (period === 'weekly') {
    const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
    const first = addDays(date, -((weekday - WEEKDAYS.indexOf(weekStartsOn) + 7) % 7));
    return { first, next: addDays(first, 7), key: first };
  }
  const day = String(billingDay).padStart(2, '0');
  const inMonth = `${date.slice(0, 7)}-${day}`;
  const first = date >= inMonth ? inMonth : addMonths(inMonth, -1);
  return { first, next: addMonths(first, 1), key: billingDay === 1 ? first.slice(0, 7) : first };
}

/** The first moment of a calendar date in a time zone; of the next date, if clocks skip it whole. */
export function startOfDate(date: string, timeZone: string): number {
  const midnightUtc = Date.parse(`${date}T00:00:00Z`);
  if (timeZone === 'UTC') return midnightUtc;
  const name = `${date} ${timeZone}`;
  const cachedMs = dateStarts.get(name);
  if (cachedMs !== undefined) return cachedMs;
  // The first moment at which the local date has reached `date`. Zones are within a day of UTC.
  let before = midnightUtc - 27 * 3_600_000;
  let reached = midnightUtc + 27 * 3_600_000;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (localDate(middle, timeZone) >= date) reached = middle;
    else before = middle;
  }
  if (dateStarts.size >= MOST_CACHED) dateStarts.clear();
  dateStarts.set(name, reached);
  return reached;
}

/** Adds days to a calendar date. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

/** The same day of another month; no later than the 28th. */
function addMonths(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 + months, day)).toISOString().slice(0, 10);
}

function formatterOf(timeZone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-CA', {
      timeZone,
      year: 'numeric',
      month: '2-digit',
      day: '2-digit',
    });
    formatters.set(timeZone, formatter);
  }
  return formatter;
}
