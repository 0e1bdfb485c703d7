import { budgetServices } from '../../../composition/budgets.ts';
import { monitorServices } from '../../../composition/controls.ts';
import { stores } from '../../../composition/stores.ts';
import { testWorld } from '../../support/world.ts';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../../domain/alerts/alert.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { untouchedBalance } from '../../../domain/ledger/budget.ts';
import type { ThresholdLevel } from '../../../domain/controls/thresholds.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { watchCosts } from '../../../services/controls/watch-costs.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { balanceItem } from '../../../tables/ledger/budget-items.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON, postingWith } from '../../support/postings.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { stored } from '../../support/stored.ts';
import { tellingOn } from '../../support/telling.ts';

const QUARTER_MS = 900_000;
const DAY_MS = 86_400_000;
const usd = (amount: number): bigint => BigInt(amount) * NANO_PER_USD;

let store: EmbeddedStore;
beforeEach(async () => {
  store = await startEmbeddedStore();
});
afterEach(() => store.close());

function monitorOn(db: DynamoDb, publish?: (alert: Alert) => Promise<void>) {
  const sent: Alert[] = [];
  const telemetry = silentTelemetry();
  let nowMs = NOON;
  const world = {
    entryShards: [],
    alerts: { publish: publish ?? (async (alert: Alert) => void sent.push(alert)) },
    telemetry,
    now: () => nowMs,
    retentionDays: 30,
  };
  const deps = monitorServices(db, { ...world, breachQueue: tellingOn(db, world).breachQueue });
  return {
    ...deps,
    sent,
    telemetry,
    spend: (facts: Partial<Posting>) =>
      stores(db).usage.record([postingWith({ userId: 'ada', ...facts })], 30, nowMs),
    run: (atMs = nowMs) => {
      nowMs = atMs;
      return watchCosts(deps);
    },
  };
}

const subjects = (alerts: Alert[]): string[] =>
  alerts.map(({ attributes }) =>
    ['scope', 'scopeId', 'level', 'periodKey'].map((name) => attributes[name]).join(' '),
  );

/** The breaches, whether they were reported alone or together. */
async function raised({ breaches }: Pick<ReturnType<typeof monitorOn>, 'breaches'>) {
  const page = await breaches.listByTime('acme', { limit: 100 });
  return page.breaches
    .map(({ scope, scopeId, level, periodKey }) =>
      [scope, scopeId, level.name, periodKey].join(' '),
    )
    .toSorted();
}

/** The organization's default for its users. */
const defaultOf = ({ defaults }: ReturnType<typeof monitorOn>, level: ThresholdLevel) =>
  defaults.replacement(
    'acme',
    { owner: { scope: 'organization', scopeId: 'acme' }, member: 'user' },
    () => ({ defaults: { levels: [level] }, updatedAtMs: NOON }),
  );

describe('the monitor', () => {
  test('raises breaches in every scope, notifies people, and stores a snapshot', async () => {
    const monitor = monitorOn(store.db);
    await monitor.spend({ userId: 'ada', departmentId: undefined, amountNanoUsd: usd(6) });
    await monitor.spend({ userId: 'grace', departmentId: 'research', amountNanoUsd: usd(5) });
    const outcome = await monitor.run();
    expect(subjects(monitor.sent)).toEqual(['system relaycore critical 2026-11-21']);
    expect(await raised(monitor)).toEqual([
      'department research warning 2026-11-21',
      'organization acme critical 2026-11-21',
      'organization acme warning 2026-11-21',
      'system relaycore critical 2026-11-21',
      'system relaycore warning 2026-11-21',
      'user ada warning 2026-11-21',
      'user grace warning 2026-11-21',
    ]);
    expect(outcome).toMatchObject({
      organizationsSeen: 1,
      organizationsFailed: 0,
      breachesRaised: 7,
      alertsSent: 7,
      alertsFailed: 0,
      spentNanoUsd: usd(11),
    });
    const { breaches } = await monitor.breaches.listByTime('acme', { limit: 100 });
    expect(breaches.every(({ notification }) => notification === 'sent')).toBe(true);
    const { actions } = await stores(store.db).actions.listByTime('acme', { limit: 100 });
    const ofAcme = actions.filter(({ scope }) => scope === 'organization');
    expect(
      ofAcme.map(({ action, configuredAction, actor }) => [action, configuredAction, actor]),
    ).toEqual([
      ['alert', 'alert', 'automatic'],
      ['alert', 'alert', 'automatic'],
    ]);
    const [snapshot] = await monitor.monitoring.listOrganizationDay('acme', '2026-11-21');
    expect(snapshot).toMatchObject({ scopesSeen: 6, breachesRaised: 7, spentNanoUsd: usd(11) });
    expect(await monitor.monitoring.listRuns('2026-11-21')).toHaveLength(1);
  });

  test('raises once per threshold and period, however often and however concurrently it runs', async () => {
    const monitor = monitorOn(store.db);
    await monitor.spend({ amountNanoUsd: usd(6) });
    await Promise.all([monitor.run(), monitor.run()]);
    const first = monitor.sent.length;
    const levels = await raised(monitor);
    expect(new Set(levels).size).toBe(levels.length);
    await monitor.run(NOON + QUARTER_MS);
    expect(monitor.sent).toHaveLength(first);
    await monitor.spend({ amountNanoUsd: usd(5) });
    await monitor.run(NOON + 2 * QUARTER_MS);
    const news = subjects(
      monitor.sent.slice(first).filter(({ kind }) => kind === 'threshold_crossed'),
    );
    expect(news).toEqual(['user ada critical 2026-11-21']);
    await monitor.spend({ amountNanoUsd: usd(6), occurredAtMs: NOON + DAY_MS });
    await monitor.run(NOON + DAY_MS);
    expect(subjects(monitor.sent)).toContain('user ada warning 2026-11-22');
  });

  test('still sees the last spend of a day in the first hour of the next', async () => {
    const midnight = Date.parse('2026-11-22T00:00:00Z');
    const monitor = monitorOn(store.db);
    await monitor.spend({ amountNanoUsd: usd(6), occurredAtMs: midnight - 60_000 });
    const outcome = await monitor.run(midnight + QUARTER_MS);
    expect(subjects(monitor.sent)).toContain('user ada warning 2026-11-21');
    expect(outcome.spentNanoUsd).toBe(0n);
    const later = monitorOn(store.db);
    expect((await later.run(midnight + 5 * QUARTER_MS)).organizationsSeen).toBe(0);
  });

  test('uses a scope’s own thresholds, else the defaults for members', async () => {
    const monitor = monitorOn(store.db);
    const level = { name: 'warning', period: 'daily', action: 'alert' } as const;
    const organization = { scope: 'organization', scopeId: 'acme' } as const;
    await stored(
      store.db,
      monitor.thresholds.replacement('acme', organization, [{ ...level, amountNanoUsd: usd(100) }]),
    );
    await stored(
      store.db,
      monitor.thresholds.replacement('acme', { scope: 'user', scopeId: 'ada' }, [
        { ...level, amountNanoUsd: usd(1) },
      ]),
    );
    await stored(store.db, defaultOf(monitor, { ...level, amountNanoUsd: usd(2) }));
    const nova = { scope: 'model', scopeId: 'amazon.nova-lite-v1:0' } as const;
    await stored(
      store.db,
      monitor.thresholds.replacement('acme', nova, [{ ...level, amountNanoUsd: usd(2) }]),
    );
    await monitor.spend({ userId: 'ada', amountNanoUsd: usd(1) });
    await monitor.spend({ userId: 'grace', amountNanoUsd: usd(3) });
    await monitor.run();
    expect(subjects(monitor.sent)).toEqual(['user ada warning 2026-11-21']);
    expect(monitor.sent[0]?.body).toMatch(/^model amazon\.nova-lite, warning: +spent/m);
    expect(await raised(monitor)).toEqual([
      'model amazon.nova-lite warning 2026-11-21',
      'user ada warning 2026-11-21',
      'user grace warning 2026-11-21',
    ]);
  });

  test('sums a month for monthly thresholds, for one scope and for all', async () => {
    for (const target of ['user', 'organization'] as const) {
      const db = await startEmbeddedStore();
      const monitor = monitorOn(db.db);
      const level = {
        name: 'critical',
        amountNanoUsd: usd(9),
        period: 'monthly',
        action: 'alert',
      } as const;
      const ada = { scope: 'user', scopeId: 'ada' } as const;
      const isOwn = target === 'user';
      if (isOwn) await stored(db.db, monitor.thresholds.replacement('acme', ada, [level]));
      else await stored(db.db, defaultOf(monitor, level));
      for (const day of [-25, -20, -10, -1, 0]) {
        await monitor.spend({ amountNanoUsd: usd(3), occurredAtMs: NOON + day * DAY_MS });
      }
      await monitor.run();
      expect(subjects(monitor.sent)).toContain(`user ada critical 2026-11`);
      const [alert] = monitor.sent.filter(({ attributes }) => attributes['period'] === 'monthly');
      // October's three dollars do not count in November.
      expect(alert?.attributes['spentUsd']).toBe('12.000000000');
      await db.close();
    }
  });

  test('compares percent levels with what the budget recorded, in the budget’s own period', async () => {
    const monitor = monitorOn(store.db);
    const { budgets } = budgetServices(store.db, testWorld());
    const ada = { scope: 'user', scopeId: 'ada' } as const;
    await budgets.put(
      { organizationId: 'acme', actor: 'key-1', nowMs: NOON },
      { ...ada, period: 'daily' },
      { limitNanoUsd: usd(4), timeZone: 'Pacific/Kiritimati', enforcement: 'enforce' },
    );
    await stored(
      store.db,
      monitor.thresholds.replacement('acme', ada, [
        { name: 'warning', percentHundredths: 7_500, period: 'daily', action: 'alert' },
        { name: 'critical', percentHundredths: 10_000, period: 'daily', action: 'alert' },
      ]),
    );
    // Half past noon in UTC is the next day on Kiritimati.
    const ref = { ...ada, period: 'daily', periodKey: '2026-11-22' } as const;
    await store.db.write({
      kind: 'put',
      table: 'ledger',
      item: balanceItem('acme', ref, {
        ...untouchedBalance(0n),
        limitNanoUsd: usd(4),
        headroomNanoUsd: usd(1),
        reservedNanoUsd: 0n,
        settledNanoUsd: usd(3),
      }),
    });
    await monitor.spend({ amountNanoUsd: usd(3) });
    await monitor.run();
    expect(subjects(monitor.sent)).toEqual(['user ada warning 2026-11-22']);
    expect(monitor.sent[0]?.body).toContain('75 % of the daily budget');
  });

  test('does not notify people who opted out, and records it', async () => {
    const monitor = monitorOn(store.db);
    const quiet = {
      enabled: true,
      minimumLevel: 'critical',
      channels: [{ channel: 'email' }],
    } as const;
    const organization = { scope: 'organization', scopeId: 'acme' } as const;
    await stored(
      store.db,
      monitor.preferences.replacement('acme', organization, {
        ...quiet,
        channels: [{ channel: 'email' }],
      }),
    );
    await monitor.spend({ amountNanoUsd: usd(6) });
    const outcome = await monitor.run();
    expect(outcome.breachesRaised).toBeGreaterThan(0);
    expect(monitor.sent).toEqual([]);
    const { breaches } = await monitor.breaches.listByTime('acme', { limit: 10 });
    expect(breaches.every(({ notification }) => notification === 'suppressed')).toBe(true);
  });

  test('sends recorded but unsent alerts in the next run', async () => {
    const failing = monitorOn(store.db, () => Promise.reject(new Error('no topic')));
    await failing.spend({ amountNanoUsd: usd(6) });
    const outcome = await failing.run();
    expect(outcome.alertsFailed).toBe(outcome.breachesRaised);
    expect(failing.telemetry.lines.map(({ code }) => code)).toContain('ALERT_NOT_SENT');
    const next = monitorOn(store.db);
    expect(await next.run(NOON + QUARTER_MS)).toMatchObject({
      breachesRaised: 0,
      alertsSent: outcome.breachesRaised,
    });
    expect(subjects(next.sent)).toContain('user ada warning 2026-11-21');
    await next.run(NOON + 2 * QUARTER_MS);
    expect(next.sent).toHaveLength(1);
  });

  test('one organization that cannot be watched leaves the others watched', async () => {
    const broken: DynamoDb = {
      ...store.db,
      query: (query) =>
        String(query.values?.[':changedIn']).startsWith('acme#')
          ? Promise.reject(new Error('damaged'))
          : store.db.query(query),
    };
    const monitor = monitorOn(broken);
    await monitor.spend({ amountNanoUsd: usd(6) });
    await monitor.spend({ organizationId: 'zeta', amountNanoUsd: usd(6) });
    const outcome = await monitor.run();
    expect(outcome).toMatchObject({ organizationsSeen: 1, organizationsFailed: 1 });
    expect(monitor.sent.every(({ attributes }) => attributes['organizationId'] === 'zeta')).toBe(
      true,
    );
    expect(monitor.sent.length).toBeGreaterThan(0);
  });
});
