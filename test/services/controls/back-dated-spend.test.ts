import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { correctEntry } from '../../../domain/ledger/correct-entry.ts';
import type { Entry } from '../../../domain/ledger/entry.ts';
import { postingsOf } from '../../../domain/ledger/entry-postings.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { periodAt } from '../../../domain/periods.ts';
import { emailMessageOf } from '../../../domain/alerts/email-message.ts';
import { createHandler } from '../../../lambdas/ingest-usage/handler.ts';
import { withBackDated } from '../../../services/controls/budget-spend.ts';
import { createDisplayNameStore } from '../../../tables/display-names.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { guardedOn, raisedOf } from '../../support/guarded.ts';
import { call } from '../../support/http-event.ts';
import { NOON } from '../../support/postings.ts';
import { MODEL, reservingOn } from '../../support/reserving.ts';
import { stored } from '../../support/stored.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;
const ada = { scope: 'user', scopeId: 'ada' } as const;

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

let events = 0;

/** An organization whose usage events take the whole path: the route, the ledger and the sums. */
function ingestingOn({ db }: EmbeddedStore) {
  const guarded = guardedOn(db);
  const { organizationId } = guarded;
  const deps = reservingOn(db, guarded.now);
  const ingest = createHandler({
    ...deps,
    now: guarded.now,
    sentKeys: stores(db).sentKeys,
    rateCards: stores(db).rateCards,
  });
  const follow = (before: Entry | undefined, after: Entry) =>
    stores(db).usage.record(postingsOf(before, after), 400, guarded.now());
  return {
    ...guarded,
    budgets: deps.budgets,
    /** Posts usage of this many dollars, dated this long ago, and returns the route's answer. */
    async post(dollars: number, agoMs: number, backDateHours?: number) {
      const eventId = `event-${(events += 1)}`;
      const event = {
        eventId,
        at: new Date(guarded.now() - agoMs).toISOString(),
        system: 'relaycore',
        userId: 'ada',
        model: MODEL,
        // Haiku 4.5: one dollar per million input tokens.
        usage: { inputTokens: dollars * 1_000_000, outputTokens: 0 },
      };
      const { json } = await call(ingest, 'POST /v1/usage', {
        organizationId,
        body: { events: [event] },
        ...(backDateHours === undefined ? {} : { limits: { backDateHours } }),
      });
      const entry = await deps.ledger.getCharge(organizationId, event.system, eventId);
      if (entry) await follow(undefined, entry);
      return { json, entry };
    },
    /** An operator states the cost. */
    async correct(entry: Entry | undefined, dollars: number) {
      if (!entry) throw new Error('nothing to correct');
      const order = { correctionId: 'one', chargedNanoUsd: usd(dollars), actor: 'op', reason: 'x' };
      const next = correctEntry(entry, order, guarded.now());
      if (next.kind !== 'change') throw new Error(next.kind);
      await follow(entry, next.entry);
    },
    thresholdsOf: (levels: Parameters<typeof guarded.thresholds.replacement>[2]) =>
      stored(db, guarded.thresholds.replacement(organizationId, ada, levels)),
    costOf: async (atMs: number) => {
      const day = new Date(atMs).toISOString().slice(0, 10);
      const [sum] = await guarded.analytics.getDays(
        { organizationId, dimension: 'user', value: 'ada' },
        [day],
      );
      return sum?.measures.costNanoUsd;
    },
  };
}

describe('how far back a key may date usage', () => {
  test.each([
    [undefined, 48],
    [1, 1],
    [2_160, 2_160],
    [100_000, 2_160],
  ])('is %s hours, 48 unless it says more: %i', async (allowed, hours) => {
    const world = ingestingOn(store);
    const within = await world.post(1, hours * HOUR_MS, allowed);
    expect(within.json).toMatchObject({ accepted: 1, rejected: [] });
    const beyond = await world.post(1, hours * HOUR_MS + 1, allowed);
    expect(beyond.json).toEqual({
      accepted: 0,
      duplicates: 0,
      rejected: [
        { index: 0, field: 'at', message: expect.stringContaining(`more than ${hours} hours ago`) },
      ],
    });
    expect(beyond.entry).toBeUndefined();
  });

  test('is zero if the limit cannot be read', async () => {
    const world = ingestingOn(store);
    expect((await world.post(1, 1_000, Number.NaN)).json).toMatchObject({ accepted: 0 });
  });
});

describe('spend that is dated elsewhere than it was posted', () => {
  test.each([
    ['yesterday', DAY_MS],
    ['89 days back', 89 * DAY_MS],
    ['in the next day', -5 * 60_000],
  ])('%s is raised and controlled as spend of today, and once', async (_, agoMs) => {
    const world = ingestingOn(store);
    if (agoMs < 0) world.at(Date.parse('2026-11-21T23:57:00Z'));
    await world.post(26, agoMs, 2_160);
    await world.stream();
    await world.monitor();
    await world.stream();
    expect(await world.changes()).toEqual(['applied shutdown']);
    // A day that is over gets a notice besides.
    const days = agoMs < 0 ? 1 : 2;
    const each = ['critical', 'emergency', 'warning'];
    expect(await raisedOf(world)).toEqual(each.flatMap((level) => Array(days).fill(level)));
    // The money itself belongs only to its own date, and reports show no other.
    expect(await world.costOf(world.now() - agoMs)).toBe(usd(26));
    expect(await world.costOf(world.now())).toBeUndefined();
    const day = new Date(world.now()).toISOString().slice(0, 10);
    const reported = await world.analytics.listDay({
      organizationId: world.organizationId,
      dimension: 'user',
      granularity: 'daily',
      day,
    });
    expect(reported).toEqual([]);
  });

  test('adds to what today costs by its own date', async () => {
    const world = ingestingOn(store);
    await world.post(6, 0);
    await world.post(6, DAY_MS);
    await world.stream();
    // Yesterday, which is over, has reached 6 USD: a notice.
    expect(await raisedOf(world)).toEqual(['critical', 'warning', 'warning']);
    const alert = world.sent.find(({ kind }) => kind === 'threshold_crossed');
    expect(alert?.attributes['spentUsd']).toBe('12.000000000');
  });

  test('counts once in a month that has both its date and its posting', async () => {
    const world = ingestingOn(store);
    await world.thresholdsOf([
      { name: 'warning', amountNanoUsd: usd(10), period: 'monthly', action: 'alert' },
      { name: 'critical', amountNanoUsd: usd(15), period: 'monthly', action: 'alert' },
      // Otherwise the built-in daily levels apply.
      { name: 'warning', amountNanoUsd: usd(1_000), period: 'daily', action: 'alert' },
    ]);
    await world.post(8, DAY_MS);
    await world.monitor();
    expect(await raisedOf(world)).toEqual([]);
    // October's money was also posted in November.
    await world.post(4, 30 * DAY_MS, 2_160);
    await world.monitor();
    expect(await raisedOf(world)).toEqual(['warning']);
    const alert = world.sent.find(({ kind }) => kind === 'threshold_crossed');
    expect(alert?.attributes['spentUsd']).toBe('12.000000000');
  });

  test('is in the rate of the hour in which it came, and in no other', async () => {
    const world = ingestingOn(store);
    const organization = { scope: 'organization', scopeId: world.organizationId } as const;
    const rate = async () => {
      await world.stream();
      const [state] = await world.controls.getMany(world.organizationId, [organization]);
      return state?.state.automatic?.cause?.spent;
    };
    // Half of the previous hour still counts. Spend dated there and posted now counts only once.
    await world.post(99, HOUR_MS);
    expect(await rate()).toBeUndefined();
    await world.post(2, 5 * HOUR_MS);
    expect(await rate()).toBe(usd(101));
  });

  test('that is corrected on another day lowers what it raised, and nothing else', async () => {
    const world = ingestingOn(store);
    const { entry } = await world.post(20, DAY_MS);
    world.at(NOON + DAY_MS);
    await world.post(9, 0);
    await world.correct(entry, 0);
    await world.post(2, 0);
    await world.stream();
    expect(await raisedOf(world)).toEqual(['critical', 'warning']);
    const days = ['2026-11-20', '2026-11-21', '2026-11-22'];
    const sums = await world.analytics.getDays(
      { organizationId: world.organizationId, dimension: 'user', value: 'ada' },
      days,
      {
        backDated: true,
      },
    );
    expect(sums.map(({ measures }) => measures.costNanoUsd)).toEqual([0n, 0n, usd(11)]);
    expect(sums.map(({ measures }) => measures.backDatedNanoUsd)).toEqual([0n, 0n, 0n]);
  });

  test.each([
    ['UTC', '2026-11-21T12:30:00Z', DAY_MS, '2026-11-21'],
    // Half past midnight in Tokyo: the previous hour is another day there, but not in UTC.
    ['Asia/Tokyo', '2026-11-21T15:30:00Z', HOUR_MS, '2026-11-22'],
  ])(
    'reaches percent levels of a budget in %s when it is posted',
    async (timeZone, at, ago, key) => {
      const world = ingestingOn(store);
      world.at(Date.parse(at));
      await world.budgets.put(
        { organizationId: world.organizationId, actor: 'key-1', nowMs: NOON - 2 * DAY_MS },
        { ...ada, period: 'daily' },
        { limitNanoUsd: usd(10), timeZone, enforcement: 'enforce' },
      );
      await world.thresholdsOf([
        { name: 'critical', percentHundredths: 8_000, period: 'daily', action: 'throttle' },
      ]);
      await world.post(5, 0);
      await world.stream();
      expect(await raisedOf(world)).toEqual([]);
      await world.post(4, ago);
      await world.stream();
      expect(await raisedOf(world)).toEqual(['critical']);
      const ofAda = world.sent.filter(({ scopeId }) => scopeId === 'ada');
      const alert = ofAda.find(({ kind }) => kind === 'threshold_crossed');
      expect(alert?.attributes).toMatchObject({ periodKey: key, spentUsd: '9.000000000' });
      expect(await world.changes()).toEqual(['applied throttle']);
    },
  );
});

describe('a reservation', () => {
  const entryOf = (occurredAtMs: number, closedAtMs: number): Entry => ({
    entryId: 'one',
    kind: 'reservation',
    organizationId: 'acme',
    userId: 'ada',
    system: 'relaycore',
    model: MODEL,
    state: 'settled',
    amountNanoUsd: 0n,
    chargedNanoUsd: usd(3),
    balances: [],
    occurredAtMs,
    closedAtMs,
    version: 2,
    requestDigest: '',
  });
  const midnight = Date.parse('2026-11-21T00:00:00Z');

  test('that is settled shortly after midnight is of its date alone; one settled late is seen then', () => {
    const open = { ...entryOf(midnight - 60_000, 0), state: 'reserved' as const, version: 1 };
    const [soon] = postingsOf(open, entryOf(midnight - 60_000, midnight + 50 * 60_000));
    expect(soon?.bookedAtMs).toBeUndefined();
    const [late] = postingsOf(open, entryOf(midnight - 60_000, midnight + 9 * HOUR_MS));
    expect(late?.bookedAtMs).toBe(midnight + 9 * HOUR_MS);
  });

  test('that expired and is settled late adds only what was not presumed', () => {
    const expired = { ...entryOf(midnight, midnight + HOUR_MS), state: 'expired' as const };
    const late = { ...entryOf(midnight, midnight + 9 * HOUR_MS), version: 3 };
    const settled = (chargedNanoUsd: bigint) => postingsOf(expired, { ...late, chargedNanoUsd });
    expect(settled(usd(5))).toMatchObject([
      { amountNanoUsd: usd(2), bookedAtMs: midnight + 9 * HOUR_MS },
    ]);
    expect(settled(usd(1))).toMatchObject([{ amountNanoUsd: usd(-2), bookedAtMs: undefined }]);
  });
});

test('an hour that spans midnight counts in one day of a budget, as in reports', async () => {
  const world = ingestingOn(store);
  const { organizationId } = world;
  // 23:30 in Kolkata: this hour ends in the next day.
  world.at(Date.parse('2026-11-20T18:00:00Z'));
  await world.post(3, 2 * DAY_MS, 2_160);
  world.at(Date.parse('2026-11-20T19:10:00Z'));
  await world.post(5, 2 * DAY_MS, 2_160);
  const spentOn = async (instant: string): Promise<bigint | undefined> => {
    const span = periodAt('daily', Date.parse(instant), 'Asia/Kolkata');
    const spend = { ...ada, ...span, periodKey: span.key, countsFromMs: span.startsAtMs };
    const nowMs = world.now();
    const nothing = { ...spend, spent: 0n, budgetLimit: usd(100) };
    const spends = await withBackDated(world, { organizationId, nowMs }, [nothing]);
    return spends[0]?.spent;
  };
  expect(await spentOn('2026-11-20T12:00:00Z')).toBe(usd(3));
  expect(await spentOn('2026-11-21T12:00:00Z')).toBe(usd(5));
});

test('alerts and controls tell what people call the scope, and keep its id', async () => {
  const world = ingestingOn(store);
  const { organizationId } = world;
  const displayName = 'Ada <b>Lovelace</b>';
  const names = createDisplayNameStore(store.db);
  await stored(store.db, names.replacement(organizationId, { ...ada, displayName }));
  await world.post(26, 0);
  await world.stream();
  const breach = world.sent.find(({ kind }) => kind === 'threshold_crossed');
  expect(breach?.subject).toContain('user Ada <b>Lovelace</b> (ada) spent 26.00 of 25.00 USD');
  expect(breach?.attributes['scopeId']).toBe('ada');
  expect(breach?.scopeId).toBe('ada');
  const control = world.sent.find(({ kind }) => kind === 'control_applied');
  expect(control?.subject).toContain('Ada <b>Lovelace</b> (ada)');
  if (!breach) throw new Error('no alert');
  const { html } = emailMessageOf(breach, { environment: 'test', region: 'local' });
  expect(html).toContain('Ada &lt;b&gt;Lovelace&lt;/b&gt; (ada)');
  expect(html).not.toContain('<b>Lovelace');
});
