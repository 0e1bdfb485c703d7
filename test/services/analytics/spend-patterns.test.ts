import { afterEach, beforeEach, expect, test } from 'vitest';
import { monitorServices } from '../../../composition/controls.ts';
import type { Alert } from '../../../domain/alerts/alert.ts';
import {
  LATE_DAYS,
  MOST_FIRST_REVIEWS,
  patternOfSpend,
  reviewPatterns,
} from '../../../services/analytics/spend-patterns.ts';
import { aggregatePostings } from '../../../services/reporting/aggregate-postings.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { onlySums, postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { stores } from '../../../composition/stores.ts';
import { tellingOn } from '../../support/telling.ts';

const DAY_MS = 86_400_000;
const FIRST_MS = Date.parse('2026-06-01T00:00:00Z');
const USD = 1_000_000_000n;
const acme = { organizationId: 'acme', scope: 'organization', scopeId: 'acme' } as const;
const research = { ...acme, scope: 'department', scopeId: 'research' } as const;

let store: EmbeddedStore;
beforeEach(async () => {
  store = await startEmbeddedStore();
});
afterEach(() => store.close());

function monitor() {
  const sent: Alert[] = [];
  const telemetry = silentTelemetry();
  let nowMs = FIRST_MS;
  let isRefused = false;
  const world = {
    entryShards: [],
    alerts: {
      publish: async (alert: Alert) => {
        if (isRefused) throw new Error('the queue is down');
        sent.push(alert);
      },
    },
    telemetry,
    now: () => nowMs,
    retentionDays: 400,
  };
  const { breachQueue } = tellingOn(store.db, world);
  const deps = monitorServices(store.db, { ...world, breachQueue });
  return {
    ...deps,
    sent,
    telemetry,
    refuse: (is: boolean) => void (isRefused = is),
    /** One posting at noon of each day. */
    spend: async (fromDay: number, toDay: number, usdOf: (day: number) => number) => {
      nowMs = FIRST_MS + toDay * DAY_MS;
      const { usage } = stores(store.db);
      const postings = Array.from({ length: toDay - fromDay }, (_, index) =>
        postingWith({
          departmentId: 'research',
          occurredAtMs: FIRST_MS + (fromDay + index) * DAY_MS + DAY_MS / 2,
          amountNanoUsd: BigInt(Math.round(usdOf(fromDay + index) * 1000)) * (USD / 1000n),
        }),
      );
      const all = { ...onlySums, now: () => nowMs, usage, retentionDays: 400, telemetry };
      expect((await aggregatePostings(all, postings)).unrecorded).toEqual([]);
    },
    /** One posting of each department on the day before. */
    spendBy: async (departmentIds: readonly string[], day: number) => {
      nowMs = FIRST_MS + day * DAY_MS;
      const occurredAtMs = nowMs - DAY_MS / 2;
      const postings = departmentIds.map((departmentId) =>
        postingWith({ departmentId, occurredAtMs, amountNanoUsd: USD }),
      );
      const { usage } = stores(store.db);
      const all = { ...onlySums, now: () => nowMs, usage, retentionDays: 400, telemetry };
      expect((await aggregatePostings(all, postings)).unrecorded).toEqual([]);
    },
    review: (day: number, sinceMidnightMs = 60_000) =>
      reviewPatterns(deps, FIRST_MS + day * DAY_MS + sinceMidnightMs),
  };
}

const steady = (day: number): number => 100 + ((day * 7_919) % 11);
const WEEK = [1, 1, 1.1, 1, 1.2, 0.2, 0.1];
const weekly = (day: number): number =>
  day < 28 ? steady(day) : steady(day) * (WEEK[day % 7] ?? 1);

test('a new pattern is stored with its history and told once, with what changed', async () => {
  const { spend, review, sent, patterns } = monitor();
  await spend(0, 28, weekly);
  await review(28);
  expect(await patterns.get(acme)).toMatchObject({
    history: { names: [{ pattern: 'steady', reason: 'first', since: '2026-06-14' }] },
    reviewedUntil: '2026-06-28',
  });
  expect(sent).toEqual([]);
  for (let day = 29; day <= 120; day += 1) {
    await spend(day - 1, day, weekly);
    await review(day);
    await review(day);
  }
  const history = (await patterns.get(acme))?.history;
  const last = history?.names.at(-1);
  expect(last).toMatchObject({ pattern: 'seasonal', evidence: { pattern: 'seasonal' } });
  const ofOrganization = sent.filter(({ scope }) => scope === 'organization');
  expect(ofOrganization).toHaveLength((history?.names.length ?? 0) - 1);
  const alert = ofOrganization.at(-1);
  expect(alert).toMatchObject({
    kind: 'pattern_changed',
    severity: 'warning',
    subject: 'Notice: the spend of organization acme is now seasonal, it was steady',
    attributes: { pattern: 'seasonal', before: 'steady', since: last?.since },
  });
  expect(alert?.body).toContain('differs by the day of the week');
  expect(sent.map(({ scope }) => scope)).toContain('department');
  expect(new Set(sent.map(({ dedupKey }) => dedupKey)).size).toBe(sent.length);
  expect((await patterns.get(research))?.history?.names).toEqual(history?.names);
}, 120_000);

test('a new name whose alert the queue refused is told the next day, once', async () => {
  const { spend, review, sent, patterns, refuse } = monitor();
  await spend(0, 28, weekly);
  await review(28);
  let day = 28;
  refuse(true);
  do {
    day += 1;
    await spend(day - 1, day, weekly);
    await review(day);
  } while (((await patterns.get(acme))?.history?.names.length ?? 0) < 2 && day < 120);
  expect(sent).toEqual([]);
  expect((await patterns.get(acme))?.isUntold).toBe(true);
  refuse(false);
  for (let more = 0; more < 2; more += 1) {
    day += 1;
    await spend(day - 1, day, weekly);
    await review(day);
  }
  expect(sent.filter(({ scope }) => scope === 'organization')).toMatchObject([
    { kind: 'pattern_changed', attributes: { before: 'steady', pattern: 'seasonal' } },
  ]);
  expect((await patterns.get(acme))?.isUntold).toBeUndefined();
}, 120_000);

test('patterns are reviewed at the start of a day only, and of what spent the day before', async () => {
  const { spend, review, patterns } = monitor();
  await spend(0, 28, steady);
  await review(28, 900_000);
  expect(await patterns.get(acme)).toBeUndefined();
  await review(35);
  expect(await patterns.get(acme)).toBeUndefined();
  await spend(28, 30, steady);
  await review(30);
  expect((await patterns.get(acme))?.reviewedUntil).toBe('2026-06-28');
});

test('an answer has the stored names, or those of all weeks where none are stored', async () => {
  const { spend, review, analytics, patterns } = monitor();
  await spend(0, 30, steady);
  const nowMs = FIRST_MS + 30 * DAY_MS;
  const before = await patternOfSpend({ analytics, patterns }, research, nowMs);
  expect(before.history).toMatchObject({ names: [{ since: '2026-06-14' }] });
  await review(30);
  const stored = await patternOfSpend({ analytics, patterns }, research, nowMs);
  expect(stored).toEqual(before);
});

test('a scope without two weeks of days is read once, and named when it has them', async () => {
  const { spend, review, patterns } = monitor();
  await spend(0, 3, steady);
  await review(3);
  expect(await patterns.get(acme)).toMatchObject({
    history: undefined,
    reviewedUntil: '2026-06-07',
    spend: { firstDay: '2026-06-01', values: [100, 110, 109] },
  });
  for (let day = 4; day <= 14; day += 1) {
    await spend(day - 1, day, steady);
    store.takeConsumed();
    await review(day);
    if (day < 14) expect(store.takeConsumed().readUnits).toBeLessThan(20);
  }
  expect((await patterns.get(acme))?.history?.names).toMatchObject([{ since: '2026-06-14' }]);
});

test('reviews read all days once, then only new and late ones, and name as if they read all', async () => {
  const { spend, review, analytics, patterns } = monitor();
  await spend(0, 60, weekly);
  const costs: number[] = [];
  for (let day = 60; day <= 96; day += 1) {
    store.takeConsumed();
    await review(day);
    costs.push(store.takeConsumed().readUnits);
    // Nothing is spent for some days, and the first of a week is posted late.
    if (day !== 72 && day !== 73) await spend(day, day + 1, weekly);
    if (day === 76) await spend(72, 73, weekly);
  }
  // Four scopes: one item each, three listings, and 400 days once.
  const [first = 0, ...later] = costs;
  expect(first).toBeGreaterThan(4 * 400);
  expect(first).toBeLessThan(4 * 403);
  expect(Math.max(...later)).toBeLessThan(4 * (7 + LATE_DAYS + 2) + 10);
  expect(later.filter((units) => units > 20).length).toBeLessThanOrEqual(6);
  const nowMs = FIRST_MS + 96 * DAY_MS;
  const none = { get: () => Promise.resolve(undefined) };
  const fromAllDays = await patternOfSpend({ analytics, patterns: none }, research, nowMs);
  expect((await patternOfSpend({ analytics, patterns }, research, nowMs)).history).toEqual(
    fromAllDays.history,
  );
  const kept = (await patterns.get(research))?.spend;
  expect(kept?.firstDay).toBe('2026-06-01');
  const dayOfSpend = (day: number): number => kept?.values[day] ?? Number.NaN;
  expect([71, 72, 73, 74].map(dayOfSpend)).toEqual(
    [weekly(71), weekly(72), 0, weekly(74)].map((usd) => Number(usd.toFixed(3))),
  );
});

test('one run reviews so many scopes for the first time, and the next run the others', async () => {
  const { review, patterns, spendBy } = monitor();
  const departments = Array.from({ length: MOST_FIRST_REVIEWS + 20 }, (_, at) => `d-${at}`);
  await spendBy(departments, 20);
  const reviewedCount = async (): Promise<number> => {
    const reviews = await Promise.all(
      departments.map((scopeId) => patterns.get({ ...research, scopeId })),
    );
    return reviews.filter((item) => item !== undefined).length;
  };
  store.takeConsumed();
  await review(20);
  expect(store.takeConsumed().readUnits).toBeLessThan(403 * MOST_FIRST_REVIEWS + 200);
  expect(await reviewedCount()).toBeLessThan(MOST_FIRST_REVIEWS);
  await spendBy(departments, 21);
  await review(21);
  expect(await reviewedCount()).toBe(departments.length);
});

test('an organization that fails is logged, and the others are reviewed', async () => {
  const { telemetry, spend, ...deps } = monitor();
  await spend(0, 20, steady);
  const failing = {
    ...deps,
    telemetry,
    patterns: { ...deps.patterns, get: () => Promise.reject(new Error('unreachable')) },
  };
  await reviewPatterns(failing, FIRST_MS + 20 * DAY_MS);
  expect(telemetry.lines.map(({ code }) => code)).toContain('PATTERNS_NOT_REVIEWED');
});
