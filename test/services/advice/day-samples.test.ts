import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DaySample } from '../../../domain/advice/day-sample.ts';
import { completeDays, daySamples } from '../../../services/advice/day-samples.ts';
import { createUsageSampleStore } from '../../../tables/usage-samples.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { postingWith } from '../../support/postings.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.parse('2026-11-15T03:00:00Z');
const [FIRST = ''] = completeDays(14, NOW);
const FROM = Date.parse(`${FIRST}T00:00:00Z`);

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** Records requests in the given hours of the given days. */
async function spend(
  organizationId: string,
  { days, hours, perHour }: { days: readonly number[]; hours: readonly number[]; perHour: number },
): Promise<void> {
  const { usage } = stores(store.db);
  const postings = days.flatMap((day) =>
    hours.flatMap((hour) =>
      Array.from({ length: perHour }, (_, index) =>
        postingWith({
          organizationId,
          occurredAtMs: FROM + day * DAY_MS + hour * HOUR_MS + index * 1_000,
        }),
      ),
    ),
  );
  for (let from = 0; from < postings.length; from += 200) {
    await usage.record(postings.slice(from, from + 200), 90, NOW);
  }
}

function samplesOf(organizationId: string, maxRequests: number): Promise<DaySample[]> {
  const { usage, analytics } = stores(store.db);
  const samples = createUsageSampleStore(store.db);
  const days = completeDays(14, NOW);
  return daySamples(
    { usage, analytics, samples },
    { organizationId, days, nowMs: NOW, maxRequests },
  );
}

const requestsIn = ({ routes }: DaySample): number =>
  routes.reduce((sum, { requests }) => sum + requests, 0);

const ALL_DAYS = Array.from({ length: 14 }, (_, day) => day);

test('days are read once, and again when usage came in late', async () => {
  await spend('late', { days: ALL_DAYS, hours: [7], perHour: 12 });
  const samples = await samplesOf('late', 1_000);
  expect(samples.map(requestsIn)).toEqual(ALL_DAYS.map(() => 12));
  expect(samples.every(({ routes }) => routes.every(({ halvings }) => halvings === 0))).toBe(true);

  // Nothing may be read again, so what is stored answers.
  expect(await samplesOf('late', 0)).toEqual(samples);

  await spend('late', { days: [3], hours: [9], perHour: 5 });
  const later = await samplesOf('late', 1_000);
  expect(later.map(requestsIn)).toEqual(ALL_DAYS.map((day) => (day === 3 ? 17 : 12)));
});

test('of more requests than allowed, the newest days are read, and of the last one some hours', async () => {
  await spend('many', { days: [10, 11, 12, 13], hours: [1, 5, 9, 13], perHour: 5 });
  const samples = await samplesOf('many', 50);
  expect(samples.map(({ day }) => day)).toEqual(completeDays(3, NOW));
  const [oldest, ...newer] = samples;
  expect(newer.map(({ readRequests }) => readRequests)).toEqual([20, 20]);
  expect(oldest).toMatchObject({ readRequests: 10, allRequests: 20 });
  expect(oldest && requestsIn(oldest)).toBe(10);
  // A day that was read in part is not kept.
  expect((await samplesOf('many', 0)).map(({ day }) => day)).toEqual(completeDays(2, NOW));
});
