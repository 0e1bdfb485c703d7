import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dayOf } from '../../../domain/reporting/aggregates.ts';
import { sampleUsage } from '../../../services/advice/sample-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { postingWith } from '../../support/postings.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const DAYS = 14;
const fromMs = Date.parse('2026-11-01T00:00:00Z');
const toMs = fromMs + DAYS * DAY_MS;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** Records requests in the given hours of every day. */
async function spend(organizationId: string, hours: readonly number[], perHour: number) {
  const { usage } = stores(store.db);
  const postings = Array.from({ length: DAYS }, (_, day) => day).flatMap((day) =>
    hours.flatMap((hour) =>
      Array.from({ length: perHour }, (_, index) =>
        postingWith({
          organizationId,
          occurredAtMs: fromMs + day * DAY_MS + hour * HOUR_MS + index * 1_000,
        }),
      ),
    ),
  );
  await usage.record(postings, 90, toMs);
}

const sampleOf = (organizationId: string, maxRequests: number) => {
  const { db } = store;
  const deps = { usage: stores(db).usage, analytics: stores(db).analytics };
  return sampleUsage(deps, organizationId, { fromMs, toMs, maxRequests });
};

test.each([0, 2, 7, 15])('a job at %i o’clock is seen on all its days, in part', async (hour) => {
  const organizationId = `nightly-${hour}`;
  await spend(organizationId, [hour], 12);
  const { requests, days, allRequests } = await sampleOf(organizationId, 42);
  expect(allRequests).toBe(168n);
  expect(days).toBe(DAYS);
  expect(requests.length).toBeLessThanOrEqual(84);
  expect(new Set(requests.map(({ atMs }) => dayOf(atMs))).size).toBe(DAYS);
});

test('of many hours some are read, whole, and of few requests all', async () => {
  const all = Array.from({ length: 24 }, (_, hour) => hour);
  await spend('around-the-clock', all, 2);
  expect((await sampleOf('around-the-clock', 672)).requests).toHaveLength(672);
  const { requests } = await sampleOf('around-the-clock', 168);
  expect(requests).toHaveLength(168);
  const hours = Map.groupBy(requests, ({ atMs }) => Math.floor(atMs / HOUR_MS));
  expect([...hours.values()].every(({ length }) => length === 2)).toBe(true);
});
