import { type Period, periodAt, type PeriodSpan, type PeriodStarts } from '../periods.ts';
import { runAt, runOfKey } from './runs.ts';

/** By which days and months a budget's periods begin and end. */
export type Calendar = PeriodStarts & { timeZone: string };

/** A calendar that is in force from an instant on (epoch ms). */
export type CalendarChange = Calendar & { fromMs: number };

/** The calendar that a budget began with, and its changes in order of time. */
export type BudgetCalendar = Calendar & {
  calendarChanges?: readonly CalendarChange[] | undefined;
};

/** What decides in which period a budget is. */
export type Calendared = BudgetCalendar & {
  period: Period;
  createdAtMs: number;
  /** When the runs of a session began, in order; they are its periods. */
  runs?: readonly number[] | undefined;
};

/** A calendar in force until the next one begins. */
type Segment = CalendarChange & { next: CalendarChange | undefined };

/**
 * The period of a budget that holds an instant. A period belongs to the calendar in which it began:
 * the first period after a change is clipped to the change, and the last one before it lasts until
 * the new calendar begins, so that no two periods share a key. `total` begins when the budget does.
 */
export function periodOf(budget: Calendared, atMs: number): PeriodSpan {
  const { period, createdAtMs, runs } = budget;
  if (runs) return runAt(runs, atMs);
  if (period === 'total') return { ...periodAt(period, atMs, 'UTC'), startsAtMs: createdAtMs };
  if (!budget.calendarChanges?.length) return periodAt(period, atMs, budget.timeZone, budget);
  const segment = segmentAt(budget, atMs);
  let span = spanIn(period, segment, atMs);
  const { next } = segment;
  if (!next) return clipped(span, segment);
  const firstKeyOfNext = spanIn(period, next, next.fromMs).key;
  // Between the end of this period by the old calendar and the begin of the new one, it goes on.
  while (span.key >= firstKeyOfNext) span = spanIn(period, segment, span.startsAtMs - 1);
  const isLast = spanIn(period, segment, span.endsAtMs).key >= firstKeyOfNext;
  const endsAtMs = isLast || span.endsAtMs > next.fromMs ? next.fromMs : span.endsAtMs;
  return clipped({ ...span, endsAtMs }, segment);
}

/** The period that follows one of a budget; `undefined` after `total`. */
export const periodFollowing = (budget: Calendared, span: PeriodSpan): PeriodSpan | undefined =>
  Number.isFinite(span.endsAtMs) ? periodOf(budget, span.endsAtMs) : undefined;

/** The period before one of a budget; `undefined` before `total`. */
export const periodBefore = (budget: Calendared, span: PeriodSpan): PeriodSpan | undefined =>
  budget.period === 'total' ? undefined : periodOf(budget, span.startsAtMs - 1);

/** The period of a budget with a key; `undefined` if none of its periods has it. */
export function periodOfKey(budget: Calendared, key: string): PeriodSpan | undefined {
  if (budget.runs) return runOfKey(budget.runs, key);
  if (budget.period === 'total') {
    const only = periodOf(budget, 0);
    return only.key === key ? only : undefined;
  }
  const firstMs = Date.parse(`${key.length === 7 ? `${key}-01` : key}T00:00:00Z`);
  if (Number.isNaN(firstMs)) return undefined;
  // Zones lie within a day of UTC, and a changed calendar clips what would have begun earlier.
  let span = periodOf(budget, firstMs - 2 * 86_400_000);
  while (span.key < key) span = periodOf(budget, span.endsAtMs);
  return span.key === key ? span : undefined;
}

/** The calendar that a budget is kept by at an instant. */
export function calendarAt(budget: BudgetCalendar, atMs: number): Calendar {
  const { timeZone, weekStartsOn, billingDay } = segmentAt(budget, atMs);
  return { timeZone, weekStartsOn, billingDay };
}

/** The calendar that was chosen last, whether it is in force yet or not. */
export const chosenCalendar = (budget: BudgetCalendar): Calendar =>
  budget.calendarChanges?.at(-1) ?? budget;

/** The change of a budget's calendar that is to come, if there is one. */
export const pendingChange = (
  { calendarChanges }: BudgetCalendar,
  nowMs: number,
): CalendarChange | undefined => calendarChanges?.find(({ fromMs }) => fromMs > nowMs);

/**
 * A budget's calendar after somebody asked for another one: it takes effect when the current period
 * ends, and replaces a change that is still to come unless a period depends on that already.
 * @param isTouched whether a later period has a balance already: then the change waits for its end
 */
export function changedCalendar(
  budget: Calendared,
  calendar: Calendar,
  nowMs: number,
  isTouched: (span: PeriodSpan) => boolean = () => false,
): BudgetCalendar {
  const unchanged = { ...budget, calendarChanges: changesUntil(budget, nowMs) };
  const current = periodOf(budget, nowMs);
  if (!Number.isFinite(current.endsAtMs)) return calendarOf({ ...budget, ...calendar });
  // A change that is to come may have made this period longer, or named one that has money.
  const isBound =
    periodOf(unchanged, nowMs).key !== current.key ||
    (pendingChange(budget, nowMs) !== undefined && isTouched(periodOf(budget, current.endsAtMs)));
  const base = isBound ? budget : unchanged;
  if (isSame(calendar, isBound ? chosenCalendar(budget) : calendarAt(budget, nowMs))) {
    return calendarOf(base);
  }
  let last = periodOf(base, nowMs);
  for (let next = periodOf(base, last.endsAtMs); isTouched(next);) {
    last = next;
    next = periodOf(base, last.endsAtMs);
  }
  const changed = changedAfter(base, calendar, last);
  if (periodOf({ ...budget, ...changed }, nowMs).key === current.key) return changed;
  // Only the change that is to come makes the current period last longer, so that change stays.
  return changedAfter(base, calendar, periodOf(base, last.endsAtMs));
}

/** A budget's calendar with another one in force after a period, as soon as no key repeats. */
function changedAfter(base: Calendared, calendar: Calendar, last: PeriodSpan): BudgetCalendar {
  let fromMs = last.endsAtMs;
  for (let first = spanIn(base.period, calendar, fromMs); first.key <= last.key;) {
    fromMs = first.endsAtMs;
    first = spanIn(base.period, calendar, fromMs);
  }
  const calendarChanges = [...changesUntil(base, last.endsAtMs - 1), { ...calendar, fromMs }];
  return { ...calendarOf(base), calendarChanges };
}

const changesUntil = ({ calendarChanges }: BudgetCalendar, atMs: number): CalendarChange[] =>
  (calendarChanges ?? []).filter(({ fromMs }) => fromMs <= atMs);

/** Only what makes up the calendar of a budget. */
export function calendarOf(budget: BudgetCalendar): BudgetCalendar {
  const { timeZone, weekStartsOn, billingDay, calendarChanges } = budget;
  return {
    timeZone,
    weekStartsOn,
    billingDay,
    calendarChanges: calendarChanges?.length ? calendarChanges : undefined,
  };
}

const isSame = (left: Calendar, right: Calendar): boolean =>
  left.timeZone === right.timeZone &&
  (left.weekStartsOn ?? 'monday') === (right.weekStartsOn ?? 'monday') &&
  (left.billingDay ?? 1) === (right.billingDay ?? 1);

function segmentAt(budget: BudgetCalendar, atMs: number): Segment {
  const { timeZone, weekStartsOn, billingDay, calendarChanges = [] } = budget;
  const position = calendarChanges.findLastIndex(({ fromMs }) => fromMs <= atMs);
  const first = { timeZone, weekStartsOn, billingDay, fromMs: -Infinity };
  return { ...(calendarChanges[position] ?? first), next: calendarChanges[position + 1] };
}

const spanIn = (period: Period, calendar: Calendar, atMs: number): PeriodSpan =>
  periodAt(period, atMs, calendar.timeZone, calendar);

const clipped = (span: PeriodSpan, { fromMs }: Segment): PeriodSpan => ({
  ...span,
  startsAtMs: Math.max(span.startsAtMs, fromMs),
});
