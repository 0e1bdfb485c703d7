export const PERIODS = ['daily', 'monthly'] as const;
export type Period = (typeof PERIODS)[number];

/** One calendar period in one time zone: `key` is `2026-11-21` or `2026-11`; bounds are epoch ms. */
export type PeriodSpan = { period: Period; key: string; startsAtMs: number; endsAtMs: number };

const formatters = new Map<string, Intl.DateTimeFormat>();

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
export function periodAt(period: Period, instantMs: number, timeZone: string): PeriodSpan {
  const date = localDate(instantMs, timeZone);
  const first = period === 'daily' ? date : `${date.slice(0, 7)}-01`;
  return {
    period,
    key: period === 'daily' ? date : date.slice(0, 7),
    startsAtMs: startOfDate(first, timeZone),
    endsAtMs: startOfDate(period === 'daily' ? addDays(first, 1) : addMonth(first), timeZone),
  };
}

/** The next period. */
export function periodAfter(span: PeriodSpan, timeZone: string): PeriodSpan {
  return periodAt(span.period, span.endsAtMs, timeZone);
}

const starts = new Map<string, number>();
const STARTS_KEPT = 4_096;

function startOfDate(date: string, timeZone: string): number {
  const midnightUtc = Date.parse(`${date}T00:00:00Z`);
  if (timeZone === 'UTC') return midnightUtc;
  const name = `${date} ${timeZone}`;
  const cachedMs = starts.get(name);
  if (cachedMs !== undefined) return cachedMs;
  // The first moment at which the local date has reached `date`. Zones are within a day of UTC.
  let before = midnightUtc - 27 * 3_600_000;
  let reached = midnightUtc + 27 * 3_600_000;
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (localDate(middle, timeZone) >= date) reached = middle;
    else before = middle;
  }
  if (starts.size >= STARTS_KEPT) starts.clear();
  starts.set(name, reached);
  return reached;
}

/** Adds days to a calendar date. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}

function addMonth(date: string): string {
  const [year = 0, month = 1] = date.split('-').map(Number);
  return new Date(Date.UTC(year, month, 1)).toISOString().slice(0, 10);
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
