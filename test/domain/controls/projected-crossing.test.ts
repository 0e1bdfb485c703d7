import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { projectionAlertOf } from '../../../domain/alerts/projection-alert.ts';
import { mayCross, projectedCrossing } from '../../../domain/controls/projected-crossing.ts';
import { countsFromMs } from '../../../domain/ledger/pace.ts';
import { parseUsd } from '../../../domain/money.ts';

const START = Date.parse('2026-11-01T00:00:00Z');
const END = Date.parse('2026-12-01T00:00:00Z');
const DAY_MS = 86_400_000;
const usd = (text: string): bigint => parseUsd(text) ?? -1n;

const spend = (spent: string, limit: string | undefined) => ({
  scope: 'department' as const,
  scopeId: 'research',
  period: 'monthly' as const,
  periodKey: '2026-11',
  countsFromMs: START,
  endsAtMs: END,
  spent: usd(spent),
  budgetLimit: limit === undefined ? undefined : usd(limit),
});

test('a budget that half its time used more than half of will not last', () => {
  const halfway = START + 15 * DAY_MS;
  expect(projectedCrossing(spend('50', '100'), halfway)).toBeUndefined();
  const crossing = projectedCrossing(spend('75', '100'), halfway) ?? expect.unreachable();
  expect(crossing.projected).toBe(usd('150'));
  expect(crossing.crossesAtMs).toBe(START + 20 * DAY_MS);
  const alert = projectionAlertOf('acme', crossing, halfway);
  expect(alert.body).toContain('will run out on 2026-11-21 00:00 UTC');
  const later = projectionAlertOf('acme', crossing, halfway + DAY_MS);
  expect(later.dedupKey).toBe(alert.dedupKey);
});

test('a budget of requests that will not last says so apart from its money', () => {
  const halfway = START + 15 * DAY_MS;
  const requests = { ...spend('0', '0'), unit: 'requests' as const, spent: 75n, budgetLimit: 100n };
  const crossing = projectedCrossing(requests, halfway) ?? expect.unreachable();
  const alert = projectionAlertOf('acme', crossing, halfway);
  expect(alert.body).toMatch(/^Used: +75 requests$/m);
  expect(alert.body).toMatch(/^At this pace: +150 requests$/m);
  expect(alert.attributes).toMatchObject({ unit: 'requests', used: '75', projected: '150' });
  const money = projectedCrossing(spend('75', '100'), halfway) ?? expect.unreachable();
  expect(alert.dedupKey).not.toBe(projectionAlertOf('acme', money, halfway).dedupKey);
});

test('nothing is said too early, of what is used up already, or without a budget', () => {
  expect(projectedCrossing(spend('50', '100'), START + 2.9 * DAY_MS)).toBeUndefined();
  expect(projectedCrossing(spend('50', '100'), START + 3 * DAY_MS)).toBeDefined();
  expect(projectedCrossing(spend('100', '100'), START + 15 * DAY_MS)).toBeUndefined();
  expect(projectedCrossing(spend('50', undefined), START + 15 * DAY_MS)).toBeUndefined();
});

test('a crossing always lies in the rest of the period', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: START, max: END - 1 }),
      fc.integer({ min: 1, max: 300 }),
      (nowMs, spent) => {
        const crossing = projectedCrossing(spend(String(spent), '200'), nowMs);
        if (!crossing) return;
        expect(crossing.crossesAtMs).toBeGreaterThanOrEqual(nowMs);
        expect(crossing.crossesAtMs).toBeLessThan(END);
      },
    ),
  );
});

describe('the pace of a budget', () => {
  const made = Date.parse('2026-11-25T06:00:00Z');
  const budget = { createdAtMs: made, adjustments: [] };
  const span = { period: 'monthly', key: '2026-11', startsAtMs: START, endsAtMs: END } as const;
  const late = { ...spend('30', '100'), countsFromMs: countsFromMs(budget, span, made + 1) };

  test('counts from when the budget began: one of the 25th is not judged by 25 days', () => {
    expect(late.countsFromMs).toBe(made);
    expect(projectedCrossing(late, made + 0.9 * DAY_MS)).toBeUndefined();
    const crossing = projectedCrossing(late, made + DAY_MS) ?? expect.unreachable();
    // 30 USD a day for 5.75 days.
    expect(crossing.projected).toBe(usd('172.5'));
    // By 25 days it would have been 37 USD in the end.
    expect(projectedCrossing(spend('30', '100'), made + DAY_MS)).toBeUndefined();
  });

  test('counts from when the spending began, if that is later', () => {
    const began = START + 20 * DAY_MS;
    const used = spend('40', '100');
    expect(projectedCrossing(used, began + 2 * DAY_MS)).toBeUndefined();
    const crossing = projectedCrossing(used, began + 2 * DAY_MS, began) ?? expect.unreachable();
    expect(crossing.projected).toBe(usd('200'));
    expect(crossing.crossesAtMs).toBe(began + 5 * DAY_MS);
    expect(projectedCrossing(late, made + DAY_MS, began)?.projected).toBe(usd('172.5'));
  });

  test('counts from the last reset', () => {
    const reset = {
      adjustmentId: 'r',
      kind: 'reset',
      addNanoUsd: 1n,
      actor: 'a',
      reason: 'b',
    } as const;
    const adjustments = [{ ...reset, periodKey: '2026-11', fromMs: made + DAY_MS }];
    expect(countsFromMs({ createdAtMs: 0, adjustments }, span, made + 2 * DAY_MS)).toBe(
      made + DAY_MS,
    );
    const other = [{ ...reset, periodKey: '2026-10', fromMs: made + DAY_MS }];
    expect(countsFromMs({ createdAtMs: 0, adjustments: other }, span, made)).toBe(START);
  });

  test('is read of the scope only where it could matter', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: START, max: END - 1 }),
        fc.integer({ min: START, max: END - 1 }),
        fc.integer({ min: 1, max: 300 }),
        (nowMs, began, spent) => {
          const paced = spend(String(spent), '200');
          if (!projectedCrossing(paced, nowMs, Math.min(began, nowMs))) return;
          expect(mayCross(paced, nowMs)).toBe(true);
        },
      ),
    );
  });
});
