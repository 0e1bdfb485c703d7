import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { tellAnomalies } from '../../../services/analytics/tell-anomalies.ts';
import { tellSteps } from '../../../services/analytics/tell-steps.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { dayAt, HOUR_MS, levels, spendingOn } from '../../support/spending.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const spending = (days: readonly number[]) => spendingOn(store, days);

describe('a rise that lasts', () => {
  test('is told on the day on which it is seen, with its first day and who moved', async () => {
    const acme = await spending(levels([20, 2], [7, 6]));
    expect(await acme.toldOn(24)).toEqual([]);
    const told = await acme.toldOn(25);
    const [step] = told.filter(({ kind }) => kind === 'step_detected');
    expect(step).toMatchObject({
      scope: 'organization',
      attributes: { since: '2026-11-09', direction: 'above' },
    });
    expect(step?.subject).toContain('mostly user grace');
    // The spike that it began with ends, and not as usual.
    const ends = told.filter(({ isEnd }) => isEnd);
    expect(ends).toMatchObject([{ kind: 'anomaly_detected' }]);
    expect(ends[0]?.body).toContain('the new level stays');
    expect(step?.body).toContain('It began with the spike of 2026-11-09');
    // A missed run is made up for, with the same key; after that it is no news.
    const again = (await acme.toldOn(27)).filter(({ kind }) => kind === 'step_detected');
    expect(again.map(({ dedupKey }) => dedupKey)).toEqual([step?.dedupKey]);
    expect((await acme.toldOn(28)).filter(({ kind }) => kind === 'step_detected')).toEqual([]);
  }, 60_000);

  test('is never told to be as usual again by the hourly look', async () => {
    const acme = await spending(levels([20, 2], [7, 6]));
    for (let hour = 1; hour <= 5 * 24; hour += 1) {
      const nowMs = dayAt(20) + hour * HOUR_MS + 2 * 60_000;
      acme.at(nowMs);
      await tellAnomalies(acme, nowMs - HOUR_MS, nowMs);
    }
    expect(acme.sent.length).toBeGreaterThan(0);
    expect(acme.sent.filter(({ isEnd }) => isEnd)).toEqual([]);
  }, 120_000);

  test('ends with the fall after it', async () => {
    const acme = await spending(levels([20, 2], [10, 6], [6, 2]));
    const rise = (await acme.toldOn(25)).find(({ kind }) => kind === 'step_detected');
    const told = (await acme.toldOn(35)).filter(({ kind }) => kind === 'step_detected');
    expect(told).toMatchObject([
      { isEnd: true, incidentKey: rise?.dedupKey },
      { attributes: { direction: 'below', since: '2026-11-19' } },
    ]);
    expect(told[1]?.subject).toMatch(/^Notice: /);
  }, 60_000);
});

test('a lasting fall to nothing is told although nobody spends any more', async () => {
  const acme = await spending(levels([20, 2], [1, 0]));
  const told = await acme.toldOn(25);
  expect(told).toMatchObject([{ kind: 'step_detected', attributes: { direction: 'below' } }]);
  expect(told[0]?.subject).toContain('0.00 USD a day');
}, 60_000);

test.each([
  ['a single low day', levels([20, 2], [1, 0.2], [6, 2])],
  ['a new organization of six days', levels([1, 2], [5, 6])],
  ['spending after weeks of nothing', levels([1, 2], [20, 0], [7, 4])],
])(
  '%s is no step',
  async (_, days) => {
    const acme = await spending(days);
    const told = [];
    for (let day = 1; day <= days.length; day += 1) told.push(...(await acme.toldOn(day)));
    expect(told.filter(({ kind }) => kind === 'step_detected')).toEqual([]);
  },
  120_000,
);

test('the daily look reads the days and hours that it compares, and nothing at other hours', async () => {
  const acme = await spending(levels([20, 2], [7, 2]));
  const reads: string[] = [];
  const { analytics } = acme;
  const noting = {
    ...acme,
    analytics: {
      ...analytics,
      getDays: (...[subject, days, options]: Parameters<typeof analytics.getDays>) => {
        reads.push(`days ${days.length}`);
        return analytics.getDays(subject, days, options);
      },
      listHours: (...[subject, day, options]: Parameters<typeof analytics.listHours>) => {
        reads.push('hours');
        return analytics.listHours(subject, day, options);
      },
    },
  };
  await tellSteps(noting, dayAt(27) + HOUR_MS);
  expect(reads).toEqual([]);
  await tellSteps(noting, dayAt(27) + 60_000);
  expect(reads.toSorted()).toEqual(['days 112', ...Array<string>(42).fill('hours')]);
}, 60_000);
