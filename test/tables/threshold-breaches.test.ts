import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { breachesOf } from '../../domain/controls/breaches.ts';
import { DEFAULT_LEVELS } from '../../domain/controls/built-in-levels.ts';
import type { ThresholdLevel } from '../../domain/controls/thresholds.ts';
import { createAlertingConfigStore } from '../../tables/alerting-config.ts';
import { createControlActionStore, type TakenAction } from '../../tables/control-actions.ts';
import { createCostMonitoringStore } from '../../tables/cost-monitoring.ts';
import { createCostThresholdStore } from '../../tables/cost-thresholds.ts';
import { createThresholdBreachStore, type RaisedBreach } from '../../tables/threshold-breaches.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { NOON } from '../support/postings.ts';
import { stored } from '../support/stored.ts';

let store: EmbeddedStore;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
afterAll(() => store.close());

const ada = { scope: 'user', scopeId: 'ada' } as const;

function breachOf(organizationId: string, facts: Partial<RaisedBreach> = {}): RaisedBreach {
  const [breach] = breachesOf(
    {
      ...ada,
      period: 'daily',
      periodKey: '2026-11-21',
      endsAtMs: Date.parse('2026-11-22T00:00:00Z'),
      spent: 6_000_000_000n,
    },
    DEFAULT_LEVELS,
  );
  if (!breach) throw new Error('no breach');
  return {
    ...breach,
    organizationId,
    raisedAtMs: NOON,
    executedAction: 'alert',
    notification: 'pending',
    notifiedAtMs: undefined,
    spelling: undefined,
    ...facts,
  };
}

const actionOf = (breach: RaisedBreach): TakenAction => ({
  organizationId: breach.organizationId,
  scope: breach.scope,
  scopeId: breach.scopeId,
  actionId: `${breach.periodKey}#${breach.level.name}`,
  action: 'alert',
  configuredAction: breach.level.action,
  actor: 'monitor',
  reason: 'because',
  evidence: { spentUsd: '6.000000000' },
  atMs: breach.raisedAtMs,
});

describe('breaches', () => {
  test('are raised once, with one action', async () => {
    const breaches = createThresholdBreachStore(store.db);
    const actions = createControlActionStore(store.db);
    const breach = breachOf('once');
    expect(await breaches.notYetRaised('once', [breach])).toEqual([breach]);
    const outcomes = await Promise.all(
      Array.from({ length: 5 }, () => breaches.raise(breach, actionOf(breach))),
    );
    expect(outcomes.filter((raised) => raised === true)).toHaveLength(1);
    expect(await breaches.notYetRaised('once', [breach])).toEqual([]);
    expect((await breaches.listByTime('once', { limit: 10 })).breaches).toEqual([breach]);
    expect((await actions.listByTime('once', { limit: 10 })).actions).toEqual([actionOf(breach)]);
    expect((await actions.listByTime('never', { limit: 10 })).actions).toEqual([]);
  });

  test.each([
    ['was raised before', [{ kind: 'condition', old: undefined }, { kind: 'none' }], false],
    ['met another write', [{ kind: 'conflict' }, { kind: 'none' }], undefined],
  ] as const)('say whether one %s', async (_, reasons, raised) => {
    const transact = () => Promise.resolve({ ok: false as const, reasons: [...reasons] });
    const breaches = createThresholdBreachStore({ ...store.db, transact });
    const breach = breachOf('undecided');
    expect(await breaches.raise(breach, actionOf(breach))).toBe(raised);
  });

  test('are pending until their alert was sent', async () => {
    const breaches = createThresholdBreachStore(store.db);
    const breach = breachOf('outbox');
    const silent = breachOf('outbox', { scopeId: 'grace', notification: 'suppressed' });
    await breaches.raise(breach, actionOf(breach));
    await breaches.raise(silent, actionOf(silent));
    const pending = async (beforeMs: number) =>
      (await breaches.listPending(beforeMs, 100)).filter(
        ({ organizationId }) => organizationId === 'outbox',
      );
    expect(await pending(NOON)).toEqual([]);
    expect(await pending(NOON + 1)).toEqual([breach]);
    await breaches.markNotified(breach, NOON + 5);
    await breaches.markNotified(breach, NOON + 9);
    expect(await pending(NOON + 1)).toEqual([]);
    const { breaches: listed } = await breaches.listByTime('outbox', { limit: 10 });
    expect(listed.find(({ scopeId }) => scopeId === 'ada')).toEqual({
      ...breach,
      notification: 'sent',
      notifiedAtMs: NOON + 5,
    });
  });

  test('are listed newest first, page by page, each once', async () => {
    const breaches = createThresholdBreachStore(store.db);
    const all = Array.from({ length: 5 }, (_, position) =>
      breachOf('paged', {
        scopeId: `user-${position % 3}/${position}`,
        raisedAtMs: NOON + (position >> 1),
      }),
    );
    for (const breach of all) await breaches.raise(breach, actionOf(breach));
    const first = await breaches.listByTime('paged', { limit: 2 });
    const second = await breaches.listByTime('paged', { limit: 2, after: first.next });
    const third = await breaches.listByTime('paged', { limit: 2, after: second.next });
    const listed = [...first.breaches, ...second.breaches, ...third.breaches];
    expect(third.next).toBeUndefined();
    expect(listed.map(({ raisedAtMs }) => raisedAtMs - NOON)).toEqual([2, 1, 1, 0, 0]);
    expect(new Set(listed.map(({ scopeId }) => scopeId)).size).toBe(5);
  });
});

describe('thresholds and preferences', () => {
  test('are kept by scope and replaced as a whole', async () => {
    const thresholds = createCostThresholdStore(store.db);
    const percent: ThresholdLevel = {
      name: 'warning',
      percentHundredths: 8_050,
      period: 'monthly',
      action: 'throttle',
    };
    const { replacement, budgetReplacement } = thresholds;
    expect(await stored(store.db, replacement('acme', ada, DEFAULT_LEVELS))).toEqual({});
    expect(await stored(store.db, replacement('acme', ada, [percent]))).toMatchObject({
      levels: DEFAULT_LEVELS,
    });
    const missing = Array.from({ length: 150 }, (_, position) => ({
      scope: 'user' as const,
      scopeId: `nobody-${position}`,
    }));
    const breachedLevels = await thresholds.getMany('acme', [...missing, ada]);
    expect(breachedLevels).toHaveLength(151);
    expect(breachedLevels.at(-1)).toMatchObject({ levels: [percent] });
    expect(breachedLevels.slice(0, -1).every((levels) => levels === undefined)).toBe(true);
    expect(await thresholds.getMany('other', [ada])).toEqual([undefined]);
    const daily = { ...percent, period: 'daily' } as const;
    await stored(store.db, budgetReplacement('acme', ada, 'monthly', [percent]));
    await stored(store.db, budgetReplacement('acme', ada, 'daily', [daily]));
    await stored(store.db, replacement('acme', ada, []));
    expect(await thresholds.getMany('acme', [ada])).toMatchObject([
      { levels: [], budgets: { daily: [daily], monthly: [percent] } },
    ]);
    await stored(store.db, budgetReplacement('acme', ada, 'monthly', []));
    await stored(store.db, budgetReplacement('acme', ada, 'daily', []));
    expect(await thresholds.getMany('acme', [ada])).toEqual([undefined]);
    expect(await stored(store.db, replacement('acme', ada, []))).toEqual({});
  });

  test('preferences too', async () => {
    const preferences = createAlertingConfigStore(store.db);
    const quiet = {
      enabled: false,
      minimumLevel: 'critical',
      channels: [{ channel: 'email' }],
    } as const;
    expect(await preferences.get('acme', ada)).toBeUndefined();
    await stored(
      store.db,
      preferences.replacement('acme', ada, { ...quiet, channels: [{ channel: 'email' }] }),
    );
    expect(await preferences.get('acme', ada)).toEqual(quiet);
  });
});

describe('snapshots', () => {
  test('are listed by organization and day, and by run', async () => {
    const monitoring = createCostMonitoringStore(store.db);
    const counts = {
      atMs: NOON,
      scopesSeen: 3,
      breachesRaised: 1,
      alertsSent: 1,
      alertsFailed: 0,
      spentNanoUsd: 7n,
      durationMs: 12,
    };
    const later = { ...counts, atMs: NOON + 900_000 };
    await monitoring.addOrganization({ ...later, organizationId: 'acme' }, 30);
    await monitoring.addOrganization({ ...counts, organizationId: 'acme' }, 30);
    await monitoring.addRun({ ...counts, organizationsSeen: 2 }, 30);
    expect(await monitoring.listOrganizationDay('acme', '2026-11-21')).toEqual([
      { ...counts, organizationId: 'acme' },
      { ...later, organizationId: 'acme' },
    ]);
    expect(await monitoring.listRuns('2026-11-21')).toEqual([{ ...counts, organizationsSeen: 2 }]);
    expect(await monitoring.listRuns('2026-11-22')).toEqual([]);
  });
});
