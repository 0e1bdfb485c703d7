import { stores } from '../../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breachViewOf } from '../../../contracts/breaches.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { createControlsReader } from '../../../services/controls/controls-in-force.ts';
import { type DynamoDb, StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON, postingWith } from '../../support/postings.ts';
import { guardedOn, raisedOf, told } from '../../support/guarded.ts';
import { stored } from '../../support/stored.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const usd = (amount: number): bigint => BigInt(Math.round(amount * 100)) * (NANO_PER_USD / 100n);

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

describe('spend seen by the stream and by the monitor', () => {
  test('is raised and acted on once, whichever comes first and however often', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(26) });
    await Promise.all([guarded.stream(), guarded.monitor(), guarded.stream()]);
    await guarded.stream();
    await guarded.monitor();
    expect(await raisedOf(guarded)).toEqual(['critical', 'emergency', 'warning']);
    expect(await guarded.changes()).toEqual(['applied shutdown']);
    expect(await raisedOf(guarded, guarded.organizationId)).toHaveLength(3);
    const crossed = guarded.sent.filter(({ kind }) => kind === 'threshold_crossed');
    const levels = crossed.flatMap(({ body }) => [
      ...body.matchAll(/^\w+ \S+, \w+: +(?:spent|used) /gmu),
    ]);
    // An alert describes the highest level in full, that of each other scope in one line, and the
    // lower ones with each.
    const lower = crossed.flatMap(({ body }) => [...body.matchAll(/its (\w+) level of/gu)]);
    expect(levels.length + crossed.length + lower.length).toBe(9);
    const audit = await guarded.audit.list(guarded.organizationId, {}, { limit: 10 });
    expect(audit.entries).toMatchObject([
      { actor: 'automatic', action: 'control.applied', target: 'user/ada' },
    ]);
  });

  test('alerts and controls show the most recent spelling of the user id', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(1), given: { userId: 'ADA' } });
    await guarded.spend({ amountNanoUsd: usd(25), given: { userId: 'Ada' } });
    await guarded.stream();
    const about = guarded.sent.filter(({ scope }) => scope === 'user');
    expect(about.length).toBeGreaterThan(0);
    for (const { scopeId, subject, body, attributes, dedupKey } of about) {
      expect([scopeId, attributes['scopeId']]).toEqual(['ada', 'Ada']);
      expect(subject).toContain('user Ada');
      expect(body).toContain('User Ada of');
      expect(dedupKey).not.toContain('Ada');
    }
    const state = await guarded.adas();
    expect(state?.automatic).toMatchObject({ scopeId: 'ada', spelling: 'Ada' });
    const { breaches } = await guarded.breaches.listOfScope(
      guarded.organizationId,
      { scope: 'user', scopeId: 'ada' },
      { limit: 10 },
    );
    expect(breaches.map((breach) => breachViewOf(breach).scopeId)).toEqual(['Ada', 'Ada', 'Ada']);
  });

  test('no spelling is stored when the latest request already used the canonical id', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(1), given: { userId: 'Ada' } });
    await guarded.spend({ amountNanoUsd: usd(25) });
    await guarded.stream();
    expect((await guarded.adas())?.automatic?.spelling).toBeUndefined();
  });

  test('that is corrected to and fro around a threshold causes few actions and one alert', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(10) });
    for (let minute = 0; minute < 40; minute += 1) {
      guarded.at(NOON + minute * MINUTE_MS);
      const amountNanoUsd = usd(minute % 2 === 0 ? -0.5 : 0.5);
      await guarded.spend({ amountNanoUsd, kind: 'correction', requests: 0 });
      await guarded.stream();
      if (minute % 15 === 0) await guarded.monitor();
    }
    // Only the period's first correction frees the scope as soon as it is below the limit.
    expect(await guarded.changes()).toEqual([
      'applied throttle',
      'recovered throttle',
      'applied throttle',
    ]);
    expect(await raisedOf(guarded)).toEqual(['critical', 'warning']);
  });

  test.each([
    ['clearly below the limit', -24],
    ['hardly below the limit', -20.01],
  ])('that is corrected to %s frees the scope immediately, and says so', async (_, amount) => {
    const guarded = guardedOn(store.db);
    await stored(
      store.db,
      guarded.thresholds.replacement(guarded.organizationId, { scope: 'user', scopeId: 'ada' }, [
        { name: 'emergency', amountNanoUsd: usd(10), period: 'daily', action: 'shutdown' },
      ]),
    );
    await guarded.spend({ amountNanoUsd: usd(30) });
    await guarded.stream();
    expect((await guarded.adas())?.automatic).toBeDefined();
    await guarded.spend({ amountNanoUsd: usd(amount), kind: 'correction', requests: 0 });
    await guarded.stream();
    expect((await guarded.adas())?.automatic).toBeUndefined();
    expect(await guarded.changes()).toEqual(['applied shutdown', 'recovered shutdown']);
    expect(told(guarded.sent)).toContain('recovered');
  });

  test('that nothing follows any more still lets the monitor end what is over', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(30) });
    await guarded.stream();
    guarded.at(NOON + 86_400_000);
    await guarded.monitor();
    expect(await guarded.changes()).toEqual(['applied shutdown', 'expired shutdown']);
    expect(await guarded.controls.listByOrganization(guarded.organizationId)).toMatchObject([
      { state: {} },
    ]);
  });

  test('of an hour above 100 USD throttles the organization, sparing grave work', async () => {
    const guarded = guardedOn(store.db);
    for (const userId of ['a', 'b', 'c']) {
      await guarded.spend({ userId, amountNanoUsd: usd(40) });
    }
    await guarded.stream();
    const organization = {
      scope: 'organization',
      scopeId: guarded.organizationId,
    } as const;
    const read = createControlsReader(guarded.controls, guarded.now);
    expect(await read.inForce(guarded.organizationId, [organization])).toMatchObject([
      { restriction: { action: 'throttle', tier: 1, spares: 'high' }, cause: { period: 'hourly' } },
    ]);
    // After half an hour the rate is still above 80 USD; after two hours it is zero.
    guarded.at(NOON + 120 * MINUTE_MS);
    await guarded.monitor();
    expect(await read.inForce(guarded.organizationId, [organization])).toEqual([]);
  });

  const failingOn = (table: string, text: string, error: Error): DynamoDb => ({
    ...store.db,
    batchGet: (keys, options) =>
      keys.some((item) => item.table === table && JSON.stringify(item.key).includes(text))
        ? Promise.reject(error)
        : store.db.batchGet(keys, options),
  });

  test('is delivered again from the first record when the store fails', async () => {
    const down = new StoreUnavailableError('down');
    const guarded = guardedOn(failingOn('cost-thresholds', '', down));
    await guarded.spend({ amountNanoUsd: usd(30) });
    expect(await guarded.stream()).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(guarded.sent).toEqual([]);
  });

  test('that cannot be reviewed for a reason of its own alarms, and holds up nobody', async () => {
    const guarded = guardedOn(failingOn('cost-thresholds', '', new TypeError('damaged')));
    await guarded.spend({ amountNanoUsd: usd(30) });
    expect(await guarded.stream()).toEqual({ batchItemFailures: [] });
    const codes = guarded.telemetry.lines.map(({ code }) => code);
    expect(codes).toEqual(['SPENDING_NOT_REVIEWED']);
    expect(guarded.telemetry.metrics).toMatchObject([{ name: 'ScopesNotReviewed', value: 4 }]);
  });

  test('of a scope that cannot be reviewed keeps no other scope from being stopped', async () => {
    const damaged = new TypeError('damaged');
    const guarded = guardedOn(failingOn('threshold-breaches', 'user#ada', damaged));
    const organization = { scope: 'organization', scopeId: guarded.organizationId } as const;
    await stored(
      store.db,
      guarded.thresholds.replacement(guarded.organizationId, organization, [
        { name: 'critical', amountNanoUsd: usd(20), period: 'daily', action: 'shutdown' },
      ]),
    );
    await guarded.spend({ amountNanoUsd: usd(30) });
    expect(await guarded.stream()).toEqual({ batchItemFailures: [] });
    expect(await raisedOf(guarded, guarded.organizationId)).toContain('critical');
    expect(guarded.sent).not.toEqual([]);
    expect(guarded.telemetry.lines.map(({ code }) => code)).toContain('SCOPE_NOT_REVIEWED');
    expect(guarded.telemetry.metrics).toContainEqual(
      expect.objectContaining({ name: 'ScopesNotReviewed', value: 1 }),
    );
  });
});

describe('spend that history does not explain', () => {
  test('is told of once, by the first run after its hour, with who moved it', async () => {
    const guarded = guardedOn(store.db);
    const organization = { scope: 'organization', scopeId: guarded.organizationId } as const;
    await stored(
      store.db,
      guarded.thresholds.replacement(guarded.organizationId, organization, [
        { name: 'warning', amountNanoUsd: usd(100_000), period: 'daily', action: 'alert' },
      ]),
    );
    // Later than anything that the other tests' monitors have covered.
    const hour = NOON - (NOON % HOUR_MS) + 10 * 24 * HOUR_MS;
    guarded.at(hour - HOUR_MS / 2);
    const usual = Array.from({ length: 7 * 24 }, (_, back) =>
      postingWith({
        organizationId: guarded.organizationId,
        occurredAtMs: hour - (back + 2) * HOUR_MS,
        amountNanoUsd: usd(1 + (back % 3) / 10),
      }),
    );
    await stores(store.db).usage.record(usual, 30, guarded.now());
    const occurredAtMs = hour - HOUR_MS;
    await guarded.spend({ userId: 'mallory', occurredAtMs, amountNanoUsd: usd(60) });
    await guarded.monitor();
    // Users idle since then are no longer monitored, but still checked for anomalies.
    guarded.at(hour - 14 * MINUTE_MS);
    await guarded.monitor();
    const anomalies = () => guarded.sent.filter(({ kind }) => kind === 'anomaly_detected');
    expect(anomalies()).toEqual([]);
    guarded.at(hour + MINUTE_MS);
    await guarded.monitor();
    const alerts = anomalies();
    expect(alerts).toHaveLength(1);
    expect(alerts[0]?.attributes['from']).toBe(new Date(occurredAtMs).toISOString());
    expect(alerts[0]?.body).toContain('mallory');
  });
});

describe('controls in memory', () => {
  test('are at most two seconds old, and end on time without a read', async () => {
    const guarded = guardedOn(store.db);
    const read = createControlsReader(guarded.controls, guarded.now);
    const ada = [{ scope: 'user', scopeId: 'ada' } as const];
    const current = () => read.inForce(guarded.organizationId, ada);
    expect(await current()).toEqual([]);
    await guarded.spend({ amountNanoUsd: usd(30) });
    await guarded.stream();
    guarded.at(NOON + 1_999);
    expect(await current()).toEqual([]);
    guarded.at(NOON + 2_000);
    expect(await current()).toHaveLength(1);
    store.takeConsumed();
    guarded.at(NOON + 3_999);
    expect(await current()).toHaveLength(1);
    expect(store.takeConsumed().readUnits).toBe(0);
  });
});
