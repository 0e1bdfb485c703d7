import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHandler, type ChangedSum } from '../../../lambdas/watch-spending/handler.ts';
import type { Alert } from '../../../domain/alerts/alert.ts';
import { DEFAULT_ALERT_PREFERENCES } from '../../../domain/alerts/alert-preferences.ts';
import { routeAlert } from '../../../domain/alerts/route-alert.ts';
import { COOL_DOWN_MS } from '../../../domain/controls/control.ts';
import type { Posting } from '../../../domain/ledger/posting.ts';
import { NANO_PER_USD } from '../../../domain/money.ts';
import { packPostings } from '../../../domain/reporting/packing.ts';
import { createControlsReader } from '../../../services/controls/controls-in-force.ts';
import { watchCosts } from '../../../services/controls/watch-costs.ts';
import { createAlertingConfigStore } from '../../../tables/alerting-config.ts';
import { createAuditLog } from '../../../tables/audit-log.ts';
import { createControlStore } from '../../../tables/auto-control-config.ts';
import { createControlActionStore } from '../../../tables/control-actions.ts';
import { createCostMonitoringStore } from '../../../tables/cost-monitoring.ts';
import { createCostThresholdStore } from '../../../tables/cost-thresholds.ts';
import type { DynamoDb } from '../../../tables/dynamodb.ts';
import { createWalletStore } from '../../../tables/ledger-wallets.ts';
import { createBudgetStore } from '../../../tables/ledger-budgets.ts';
import { createThresholdBreachStore } from '../../../tables/threshold-breaches.ts';
import { createTokenAnalyticsStore } from '../../../tables/token-analytics.ts';
import { createTokenUsageStore, MAX_TRANSACTION_ITEMS } from '../../../tables/token-usage.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { NOON, postingWith } from '../../support/postings.ts';
import { preferencesWith } from '../../support/alerts.ts';
import { silentTelemetry } from '../../support/telemetry.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const usd = (amount: number): bigint => BigInt(Math.round(amount * 100)) * (NANO_PER_USD / 100n);

let store: EmbeddedStore;
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

/** One organization, with both ways on which spend is noticed. */
function guardedOn(db: DynamoDb) {
  const organizationId = `guarded-${(organizations += 1)}`;
  const sent: Alert[] = [];
  let nowMs = NOON;
  const analytics = createTokenAnalyticsStore(db);
  const controls = createControlStore(db);
  const actions = createControlActionStore(db);
  const deps = {
    analytics,
    budgets: createBudgetStore(db),
    wallets: createWalletStore(db, { retentionDays: 1 }),
    thresholds: createCostThresholdStore(db),
    breaches: createThresholdBreachStore(db),
    controls,
    audit: createAuditLog(db),
    preferences: createAlertingConfigStore(db),
    monitoring: createCostMonitoringStore(db),
    alerts: { publish: async (alert: Alert) => void sent.push(alert) },
    telemetry: silentTelemetry(),
    now: () => nowMs,
    retentionDays: 30,
  };
  const usage = createTokenUsageStore(db);
  const ada = { scope: 'user', scopeId: 'ada' } as const;
  const follow = createHandler({
    ...deps,
    changeOf: (record) => record as unknown as ChangedSum,
  });
  return {
    ...deps,
    sent,
    organizationId,
    at: (atMs: number) => void (nowMs = atMs),
    spend: async (facts: Partial<Posting>) => {
      const posting = postingWith({ organizationId, departmentId: undefined, ...facts });
      await usage.record([posting], 30, nowMs);
    },
    /** What the stream tells of the sums of the day as they stand now. */
    async stream() {
      const sums = await analytics.getMany(
        (['user', 'organization', 'system'] as const).map((dimension) => ({
          organizationId,
          dimension,
          value: { user: 'ada', organization: organizationId, system: 'relaycore' }[dimension],
          granularity: 'daily' as const,
          bucket: new Date(nowMs).toISOString().slice(0, 10),
        })),
      );
      const records = sums.map((sum, position) => ({
        sum,
        isTouched: false,
        dynamodb: { SequenceNumber: String(position) },
      }));
      return follow({ Records: records });
    },
    monitor: () => watchCosts(deps),
    async adas() {
      const [stored] = await controls.getMany(organizationId, [ada], { consistent: true });
      return stored?.state;
    },
    async changes() {
      const { actions: taken } = await actions.listByTime(organizationId, { limit: 100 });
      return taken
        .filter(({ change, scopeId }) => change !== undefined && scopeId === 'ada')
        .map(({ change, action }) => `${change} ${action}`)
        .toReversed();
    },
  };
}

/** What reaches people who prefer nothing. */
const told = (sent: Alert[], scopeId = 'ada'): string[] =>
  sent
    .filter((alert) => alert.scopeId === scopeId)
    .filter((alert) => routeAlert(alert, DEFAULT_ALERT_PREFERENCES, NOON).length > 0)
    .map(({ attributes }) => attributes['level'] ?? attributes['change'] ?? '');

describe('spend seen by the stream and by the monitor', () => {
  test('is raised and acted on once, whichever comes first and however often', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(26) });
    await Promise.all([guarded.stream(), guarded.monitor(), guarded.stream()]);
    await guarded.stream();
    await guarded.monitor();
    expect(told(guarded.sent).toSorted()).toEqual(['critical', 'emergency', 'warning']);
    expect(await guarded.changes()).toEqual(['applied shutdown']);
    expect(told(guarded.sent, guarded.organizationId)).toHaveLength(3);
    const audit = await guarded.audit.list(guarded.organizationId, {}, { limit: 10 });
    expect(audit.entries).toMatchObject([
      { actor: 'automatic', action: 'control.applied', target: 'user/ada' },
    ]);
  });

  test('that flaps around a threshold causes one action and one alert', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(10) });
    for (let minute = 0; minute < 40; minute += 1) {
      guarded.at(NOON + minute * MINUTE_MS);
      const amountNanoUsd = usd(minute % 2 === 0 ? -0.5 : 0.5);
      await guarded.spend({ amountNanoUsd, kind: 'correction', requests: 0 });
      await guarded.stream();
      if (minute % 15 === 0) await guarded.monitor();
    }
    expect(await guarded.changes()).toEqual(['applied throttle']);
    expect(told(guarded.sent).toSorted()).toEqual(['critical', 'warning']);
  });

  test('that is corrected downwards frees the scope after the cool-down, and says so', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(30) });
    await guarded.stream();
    await guarded.spend({ amountNanoUsd: usd(-24), kind: 'correction', requests: 0 });
    await guarded.monitor();
    expect((await guarded.adas())?.automatic).toBeDefined();
    guarded.at(NOON + COOL_DOWN_MS);
    await guarded.monitor();
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

  test('of a month restricts on when the day is over, and the end of what the day called for is told', async () => {
    const guarded = guardedOn(store.db);
    await guarded.thresholds.put(guarded.organizationId, { scope: 'user', scopeId: 'ada' }, [
      { name: 'warning', amountNanoUsd: usd(1), period: 'daily', action: 'alert' },
      { name: 'emergency', amountNanoUsd: usd(25), period: 'daily', action: 'shutdown' },
      { name: 'critical', amountNanoUsd: usd(20), period: 'monthly', action: 'throttle', tier: 3 },
    ]);
    await guarded.spend({ amountNanoUsd: usd(30) });
    await guarded.stream();
    expect(await guarded.changes()).toEqual(['applied shutdown']);
    const next = NOON + 86_400_000;
    guarded.at(next);
    guarded.sent.length = 0;
    await guarded.spend({ amountNanoUsd: usd(2), occurredAtMs: next });
    // What the first spend of the day finds: a control that is over, and a milder breach.
    await guarded.stream();
    expect(await guarded.changes()).toEqual([
      'applied shutdown',
      'expired shutdown',
      'applied throttle',
    ]);
    expect(told(guarded.sent)).toEqual(['warning', 'expired', 'applied']);
  });

  test('is told as a control too, to whoever takes no breaches', async () => {
    const guarded = guardedOn(store.db);
    await guarded.spend({ amountNanoUsd: usd(26) });
    await guarded.stream();
    const alert = guarded.sent.find(({ kind }) => kind === 'control_applied');
    const routingKey = 'r'.repeat(32);
    const preferences = preferencesWith({
      channels: [
        { channel: 'email' },
        { channel: 'email', to: ['calm@example.com'], minimumLevel: 'emergency' },
        { channel: 'pagerduty', routingKey, kinds: ['control_applied', 'control_ended'] },
      ],
    });
    expect(alert && routeAlert(alert, preferences, NOON)).toMatchObject([
      { target: { channel: 'pagerduty' } },
    ]);
  });

  test('of a model counts for its every form, which its control holds for, until it is corrected', async () => {
    const guarded = guardedOn(store.db);
    const { organizationId } = guarded;
    const [plain, regional] = ['amazon.nova-lite-v1:0', 'us.amazon.nova-lite-v1:0'];
    const model = { scope: 'model', scopeId: 'amazon.nova-lite' } as const;
    await guarded.thresholds.put(organizationId, { scope: 'model', scopeId: regional }, [
      { name: 'warning', amountNanoUsd: usd(10), period: 'hourly', action: 'alert' },
      { name: 'critical', amountNanoUsd: usd(10), period: 'daily', action: 'disable' },
      { name: 'warning', amountNanoUsd: usd(10), period: 'monthly', action: 'alert' },
    ]);
    await guarded.spend({ model: plain, amountNanoUsd: usd(6) });
    await guarded.monitor();
    expect(told(guarded.sent, model.scopeId)).toEqual([]);
    await guarded.spend({ model: regional, amountNanoUsd: usd(6) });
    await guarded.monitor();
    expect(told(guarded.sent, model.scopeId).toSorted()).toEqual([
      'critical',
      'warning',
      'warning',
    ]);
    const inForce = () =>
      createControlsReader(guarded.controls, guarded.now).inForce(organizationId, [model]);
    expect(await inForce()).toMatchObject([{ restriction: { action: 'disable' } }]);
    guarded.at(NOON + COOL_DOWN_MS);
    await guarded.monitor();
    expect(await inForce()).toHaveLength(1);
    await guarded.spend({
      model: plain,
      amountNanoUsd: usd(-6),
      kind: 'correction',
      requests: 0,
    });
    await guarded.monitor();
    expect(await inForce()).toEqual([]);
    expect(told(guarded.sent, model.scopeId)).toHaveLength(4);
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
    // Half an hour later the rate is still above 80 USD; two hours later nothing is left of it.
    guarded.at(NOON + 120 * MINUTE_MS);
    await guarded.monitor();
    expect(await read.inForce(guarded.organizationId, [organization])).toEqual([]);
  });

  test('is delivered again from the first record of an organization that failed', async () => {
    const broken: DynamoDb = {
      ...store.db,
      batchGet: (keys, options) =>
        keys.some(({ table }) => table === 'cost-thresholds')
          ? Promise.reject(new Error('damaged'))
          : store.db.batchGet(keys, options),
    };
    const guarded = guardedOn(broken);
    await guarded.spend({ amountNanoUsd: usd(30) });
    expect(await guarded.stream()).toEqual({ batchItemFailures: [{ itemIdentifier: '0' }] });
    expect(guarded.sent).toEqual([]);
  });
});

describe('spend that history does not explain', () => {
  test('is told of once, by the first run after its hour, with who moved it', async () => {
    const guarded = guardedOn(store.db);
    const organization = { scope: 'organization', scopeId: guarded.organizationId } as const;
    await guarded.thresholds.put(guarded.organizationId, organization, [
      { name: 'warning', amountNanoUsd: usd(100_000), period: 'daily', action: 'alert' },
    ]);
    // Later than whatever the monitor of the other tests has watched.
    const hour = NOON - (NOON % HOUR_MS) + 10 * 24 * HOUR_MS;
    guarded.at(hour - HOUR_MS / 2);
    const usual = Array.from({ length: 7 * 24 }, (_, back) =>
      postingWith({
        organizationId: guarded.organizationId,
        occurredAtMs: hour - (back + 2) * HOUR_MS,
        amountNanoUsd: usd(1 + (back % 3) / 10),
      }),
    );
    for (const run of packPostings(usual, MAX_TRANSACTION_ITEMS)) {
      await createTokenUsageStore(store.db).record(run, 30, guarded.now());
    }
    const occurredAtMs = hour - HOUR_MS;
    await guarded.spend({ userId: 'mallory', occurredAtMs, amountNanoUsd: usd(60) });
    await guarded.monitor();
    // Whoever has been idle since is no longer watched, and judged all the same.
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

  test('that cannot be read are not guessed', async () => {
    const failing = {
      ...createControlStore(store.db),
      getMany: () => Promise.reject(new Error('x')),
    };
    const read = createControlsReader(failing, () => NOON);
    await expect(read.inForce('acme', [{ scope: 'user', scopeId: 'ada' }])).rejects.toThrow('x');
  });
});
