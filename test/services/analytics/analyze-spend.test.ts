import { afterAll, beforeAll, expect, test } from 'vitest';
import { stores } from '../../../composition/stores.ts';
import { forecastSpend } from '../../../services/analytics/analyze-spend.ts';
import { anomaliesOfSpend } from '../../../services/analytics/spend-anomalies.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';

const MIDNIGHT = Date.parse('2026-11-21T00:00:00Z');
const DAY_MS = 86_400_000;
const ada = { organizationId: 'acme', scope: 'user', scopeId: 'ada' } as const;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** The store's sums, with a note of the days that were read. */
function analyticsNoting(days: string[]) {
  const { analytics } = stores(store.db);
  return {
    ...analytics,
    listHours: (...[range, day, written]: Parameters<typeof analytics.listHours>) => {
      days.push(day);
      return analytics.listHours(range, day, written);
    },
    getHours: (...[range, list, written]: Parameters<typeof analytics.getHours>) => {
      days.push(...list);
      return analytics.getHours(range, list, written);
    },
  };
}

test('anomalies of a range are judged by the four weeks before its first hour', async () => {
  const days: string[] = [];
  const range = { fromMs: MIDNIGHT, toMs: MIDNIGHT + DAY_MS };
  await anomaliesOfSpend(analyticsNoting(days), ada, range);
  expect([days.length, days.toSorted()[0], days.toSorted().at(-1)]).toEqual([
    29,
    '2026-10-24',
    '2026-11-21',
  ]);
});

test('a forecast knows 400 whole days, through yesterday', async () => {
  const days: string[] = [];
  await forecastSpend(analyticsNoting(days), ada, { days: 7, nowMs: MIDNIGHT, timeZone: 'UTC' });
  expect([days.length, days[0], days.at(-1)]).toEqual([400, '2025-10-17', '2026-11-20']);
});
