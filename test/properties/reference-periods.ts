import type { Budget } from '../../domain/ledger/budget.ts';
import { WEEKDAYS } from '../../domain/periods.ts';

type Period = Budget['period'];
export type Calendar = Pick<Budget, 'timeZone' | 'weekStartsOn' | 'billingDay'>;

/** A period of one budget. It may last longer than its own calendar says, until the next begins. */
export type Span = {
  key: string;
  startMs: number;
  endMs: number;
  calendar: Calendar;
  /** When it ends by its own calendar. */
  ownEndMs: number;
};

export type Timeline = ReturnType<typeof createTimeline>;

const DAY_MS = 86_400_000;
/** Longer than any period. */
const LONG_MS = 33 * DAY_MS;
const dates = new Map<string, Intl.DateTimeFormat>();
const bounds = new Map<string, number>();

/** The periods of a budget, written down one after another. */
export function createTimeline(period: Period, first: Calendar, atMs: number) {
  let chosen = first;
  let spans = [spanIn(period, first, atMs)];

  const last = (): Span => spans.at(-1) ?? spanIn(period, chosen, atMs);

  /** No key comes twice: where the calendar chosen since still has the last one, that period lasts. */
  function append(): void {
    const before = last();
    let startMs = before.endMs;
    let next = spanIn(period, chosen, startMs);
    while (next.key <= before.key) {
      startMs = next.ownEndMs;
      next = spanIn(period, chosen, startMs);
    }
    before.endMs = startMs;
    spans.push({ ...next, startMs });
  }

  function at(ms: number): Span {
    for (let [earliest] = spans; earliest && ms < earliest.startMs; [earliest] = spans) {
      spans.unshift(spanIn(period, earliest.calendar, earliest.startMs - 1));
    }
    // The last one may still become longer.
    while (ms >= last().startMs && Number.isFinite(last().endMs)) append();
    return spans.findLast(({ startMs }) => startMs <= ms) ?? last();
  }

  /** The period after another one; `undefined` after one that never ends. */
  const following = ({ endMs }: Span): Span | undefined =>
    Number.isFinite(endMs) ? at(endMs) : undefined;

  const endAfter = (span: Span): void => {
    spans = spans.slice(0, spans.indexOf(span) + 1);
  };

  /** A change that is to come is replaced, unless a period depends on it that is in use already. */
  function change(calendar: Calendar, nowMs: number, isUsed: (key: string) => boolean): void {
    let current = at(nowMs);
    const next = following(current);
    if (!next) return;
    if (nowMs < current.ownEndMs && !isUsed(next.key)) {
      endAfter(current);
      current.endMs = current.ownEndMs;
      chosen = calendar;
      return;
    }
    for (let used = following(current); used && isUsed(used.key); used = following(current)) {
      current = used;
    }
    endAfter(current);
    chosen = calendar;
  }

  return { at, following, change };
}

/** The period of an unchanged calendar. */
function spanIn(period: Period, calendar: Calendar, atMs: number): Span {
  if (period === 'total') {
    return { key: 'total', startMs: -Infinity, endMs: Infinity, ownEndMs: Infinity, calendar };
  }
  const key = keyIn(period, calendar, atMs);
  const startMs = boundOf(period, calendar, { key, isEnd: false }, atMs);
  const endMs = boundOf(period, calendar, { key, isEnd: true }, atMs);
  return { key, startMs, endMs, ownEndMs: endMs, calendar };
}

/** Where a key begins, or where it is over: found by asking for the dates of instants. */
function boundOf(
  period: Period,
  calendar: Calendar,
  { key, isEnd }: { key: string; isEnd: boolean },
  atMs: number,
): number {
  const name = JSON.stringify([period, calendar, key, isEnd]);
  const bound = bounds.get(name);
  if (bound !== undefined) return bound;
  const isReached = (ms: number): boolean => {
    const other = keyIn(period, calendar, ms);
    return isEnd ? other > key : other >= key;
  };
  let [before, reached] = [atMs - LONG_MS, atMs + LONG_MS];
  while (reached - before > 1) {
    const middle = Math.floor((before + reached) / 2);
    if (isReached(middle)) reached = middle;
    else before = middle;
  }
  bounds.set(name, reached);
  return reached;
}

/** Days are named by date, weeks by their first day, months by their first day unless it is the 1st. */
function keyIn(period: Period, calendar: Calendar, atMs: number): string {
  const { timeZone, weekStartsOn = 'monday', billingDay = 1 } = calendar;
  const date = dateIn(timeZone, atMs);
  if (period === 'daily') return date;
  const day = new Date(`${date}T00:00:00Z`);
  const isFirst = (): boolean =>
    period === 'weekly'
      ? WEEKDAYS[day.getUTCDay()] === weekStartsOn
      : day.getUTCDate() === billingDay;
  while (!isFirst()) day.setUTCDate(day.getUTCDate() - 1);
  const isByMonth = period === 'monthly' && billingDay === 1;
  return day.toISOString().slice(0, isByMonth ? 7 : 10);
}

/** Swedish dates are ISO dates. */
function dateIn(timeZone: string, atMs: number): string {
  const date = dates.get(timeZone) ?? new Intl.DateTimeFormat('sv-SE', { timeZone });
  dates.set(timeZone, date);
  return date.format(atMs);
}
