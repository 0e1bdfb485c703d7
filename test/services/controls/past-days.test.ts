import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn, raisedOf } from '../../support/guarded.ts';
import { NOON } from '../../support/postings.ts';
import { stored } from '../../support/stored.ts';

const DAY_MS = 86_400_000;
const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;
const ada = { scope: 'user', scopeId: 'ada' } as const;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

type Levels = Parameters<ReturnType<typeof guardedOn>['thresholds']['replacement']>[2];

/** Ada with these levels and no built-in daily ones. */
async function guardedWith(levels: Levels) {
  const guarded = guardedOn(store.db);
  const quiet = { name: 'warning', amountNanoUsd: usd(1_000), action: 'alert' } as const;
  const daily = levels.some(({ period }) => period === 'daily') ? [] : [quiet];
  const all = [...levels, ...daily.map((level) => ({ ...level, period: 'daily' as const }))];
  await stored(store.db, guarded.thresholds.replacement(guarded.organizationId, ada, all));
  /** A correction of a past day, which is booked on that day. */
  const correct = (dollars: number, agoMs: number) =>
    guarded.spend({
      kind: 'correction',
      requests: 0,
      amountNanoUsd: usd(dollars),
      occurredAtMs: NOON - agoMs,
      postedAtMs: NOON,
    });
  const crossed = () =>
    guarded.sent.filter(({ kind, body }) => kind === 'threshold_crossed' && /user ada/i.test(body));
  return { ...guarded, correct, crossed };
}

describe('what is posted on a past day', () => {
  test.each(['weekly', 'monthly'] as const)(
    'reaches the levels of its week and month, which are not over: %s',
    async (period) => {
      const world = await guardedWith([
        { name: 'emergency', amountNanoUsd: usd(20), period, action: 'shutdown' },
      ]);
      await world.correct(30, 2 * DAY_MS);
      await world.stream();
      expect(await raisedOf(world)).toEqual(['emergency']);
      expect(await world.changes()).toEqual(['applied shutdown']);
      // One token of today changes nothing about it.
      await world.spend({ amountNanoUsd: 1n });
      await world.stream();
      await world.monitor();
      expect(await world.changes()).toEqual(['applied shutdown']);
      expect(world.crossed()).toHaveLength(1);
    },
  );

  test('is a notice where its day is over, once, and restricts nothing', async () => {
    const world = await guardedWith([
      { name: 'warning', amountNanoUsd: usd(5), period: 'daily', action: 'alert' },
      { name: 'emergency', amountNanoUsd: usd(25), period: 'daily', action: 'shutdown' },
    ]);
    await world.correct(30, DAY_MS);
    await world.stream();
    await world.correct(1, DAY_MS);
    await world.stream();
    await world.monitor();
    expect(await raisedOf(world)).toEqual(['emergency', 'warning']);
    expect(await world.changes()).toEqual([]);
    expect(world.crossed()).toMatchObject([
      { severity: 'warning', attributes: { periodKey: '2026-11-20', action: 'alert' } },
    ]);
    expect(world.crossed()[0]?.body).toContain(
      'The period is over, so Purser restricted nothing for it.',
    );
  });

  test('is a notice where its month is over', async () => {
    const world = await guardedWith([
      { name: 'critical', amountNanoUsd: usd(20), period: 'monthly', action: 'shutdown' },
    ]);
    await world.correct(30, 30 * DAY_MS);
    await world.stream();
    expect(await world.changes()).toEqual([]);
    expect(world.crossed()).toMatchObject([{ severity: 'warning' }]);
    expect(world.crossed()[0]?.body).toMatch(
      /^user ada, critical: +spent 30\.00 of 20\.00 USD in 2026-10$/m,
    );
  });

  test('reaches nothing by being taken back', async () => {
    const world = await guardedWith([
      { name: 'critical', amountNanoUsd: usd(20), period: 'daily', action: 'shutdown' },
    ]);
    await world.correct(30, DAY_MS);
    await world.correct(-5, DAY_MS);
    world.sent.length = 0;
    await world.stream();
    await world.correct(-1, DAY_MS);
    await world.stream();
    expect(world.crossed()).toHaveLength(1);
  });
});
