import { describe, expect, it } from 'vitest';
import { type Budget, type BudgetBook, untouchedBalance } from '../../../domain/ledger/budget.ts';
import { periodFollowing, periodOf, periodOfKey } from '../../../domain/ledger/calendar.ts';
import { inRuns, isRunOver, withNewRun } from '../../../domain/ledger/session-run.ts';

const AT_MS = Date.parse('2026-11-21T10:00:00Z');
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const session = (over: Partial<Budget> = {}): Budget => ({
  scope: 'session',
  scopeId: 'run-1',
  period: 'total',
  limitNanoUsd: 5n,
  timeZone: 'UTC',
  enforcement: 'enforce',
  createdAtMs: AT_MS,
  updatedAtMs: AT_MS,
  runs: [AT_MS, AT_MS + HOUR_MS],
  ...over,
});

describe('the runs of a session', () => {
  it('are its periods, the latest one without an end', () => {
    const first = periodOf(session(), AT_MS + 30 * MINUTE_MS);
    expect(first).toEqual({
      period: 'total',
      key: '2026-11-21T10:00:00.000Z',
      startsAtMs: AT_MS,
      endsAtMs: AT_MS + HOUR_MS,
    });
    const second = periodFollowing(session(), first);
    expect(second?.key).toBe('2026-11-21T11:00:00.000Z');
    expect(second && periodFollowing(session(), second)).toBeUndefined();
  });

  it.each([
    ['a day before the first', -24 * HOUR_MS, '10:00'],
    ['a minute before the second', HOUR_MS - MINUTE_MS, '11:00'],
    ['more than a minute before the second', HOUR_MS - MINUTE_MS - 1, '10:00'],
    ['long after the second', 24 * HOUR_MS, '11:00'],
  ])('take what is dated %s', (_, afterMs, key) => {
    expect(periodOf(session(), AT_MS + afterMs).key).toContain(`T${key}`);
  });

  it('end only when they were idle and hold nothing, and only the latest', () => {
    const latest = periodOf(session(), AT_MS + 2 * HOUR_MS);
    const idle = { ...untouchedBalance(5n), lastUsedAtMs: AT_MS + 2 * HOUR_MS };
    const endMs = AT_MS + 2 * HOUR_MS + 30 * MINUTE_MS;
    expect(isRunOver(session(), latest, idle, endMs - 1)).toBe(false);
    expect(isRunOver(session(), latest, idle, endMs)).toBe(true);
    expect(isRunOver(session({ idleSeconds: 3_600 }), latest, idle, endMs)).toBe(false);
    expect(isRunOver(session(), latest, { ...idle, reservedNanoUsd: 1n }, endMs)).toBe(false);
    const first = periodOf(session(), AT_MS);
    expect(isRunOver(session(), first, idle, endMs)).toBe(false);
  });

  it('are kept, the latest eight', () => {
    let book: BudgetBook = { scope: 'session', scopeId: 'run-1', total: session(), version: 1 };
    for (let hour = 2; hour < 12; hour += 1) {
      book = withNewRun(book, book.total ?? session(), AT_MS + hour * HOUR_MS);
    }
    expect(book.total?.runs).toHaveLength(8);
    expect(book.total?.runs?.at(-1)).toBe(AT_MS + 11 * HOUR_MS);
    expect(book.version).toBe(11);
  });

  it('are found by their keys, also those that are not kept', () => {
    const spanOf = (afterMs: number) =>
      periodOfKey(session(), new Date(AT_MS + afterMs).toISOString());
    expect(spanOf(0)).toEqual(periodOf(session(), AT_MS));
    expect(spanOf(HOUR_MS)).toEqual(periodOf(session(), AT_MS + HOUR_MS));
    const startsAtMs = AT_MS - HOUR_MS;
    expect(spanOf(-HOUR_MS)).toMatchObject({ startsAtMs, endsAtMs: AT_MS });
    expect(spanOf(1)).toBeUndefined();
    expect(spanOf(2 * HOUR_MS)).toBeUndefined();
    expect(periodOfKey(session(), '2026-11-21')).toBeUndefined();
    expect(periodOfKey(session(), 'total')).toBeUndefined();
  });

  it('go on when the budget is set again, and no other scope has any', () => {
    const set = session({ runs: undefined, limitNanoUsd: 9n });
    expect(inRuns(set, session().runs, AT_MS)?.runs).toEqual(session().runs);
    expect(inRuns(set, undefined, AT_MS + 5)?.runs).toEqual([AT_MS + 5]);
    const user = session({ scope: 'user', runs: undefined });
    expect(inRuns(user, undefined, AT_MS)?.runs).toBeUndefined();
  });
});
