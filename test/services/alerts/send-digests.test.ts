import { stores } from '../../../composition/stores.ts';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../../domain/alerts/alert.ts';
import type { AlertPreferences } from '../../../domain/alerts/alert-preferences.ts';
import { createHandler } from '../../../lambdas/send-digests/handler.ts';
import { deliverAlert, type DeliveryDeps } from '../../../services/alerts/deliver-alert.ts';
import { sendDigests } from '../../../services/alerts/send-digests.ts';
import { alertWith, NOON_MS, preferencesWith } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { stored } from '../../support/stored.ts';

const HOUR_MS = 3_600_000;
const HALF_AN_HOUR_MS = 1_800_000;
let store: EmbeddedStore;
let deps: DeliveryDeps;
let nowMs = 0;
let refused = false;
const sent: { address: string; alert: Alert }[] = [];

beforeEach(async () => {
  store = await startEmbeddedStore();
  nowMs = NOON_MS;
  refused = false;
  sent.length = 0;
  deps = {
    preferences: stores(store.db).preferences,
    deliveries: stores(store.db).deliveries,
    allowances: stores(store.db).allowances,
    telemetry: silentTelemetry(),
    now: () => nowMs,
    send: async ({ address }, alert) => {
      if (refused) throw new Error('refused');
      sent.push({ address, alert });
    },
  };
  return () => store.close();
});

const hourly: Partial<AlertPreferences> = {
  digest: { every: 'hourly', maximumLevel: 'critical', hour: 0, timeZone: 'UTC' },
};
const prefer = (changes: Partial<AlertPreferences>, scopeId = 'ada') =>
  stored(
    store.db,
    stores(store.db).preferences.replacement(
      'acme',
      { scope: 'user', scopeId },
      preferencesWith(changes),
    ),
  );
const deliver = (dedupKey: string, changes: Partial<Alert> = {}) =>
  deliverAlert(deps, alertWith({ dedupKey, subject: dedupKey, ...changes }));

describe('what is held back', () => {
  test('of an organization that cannot be told holds up no other, and is tried again', async () => {
    await prefer({ ...hourly, channels: [{ channel: 'email', to: ['ada@example.com'] }] });
    await prefer({ ...hourly, channels: [{ channel: 'email', to: ['bob@example.com'] }] }, 'bob');
    await deliver('one');
    await deliver('two', { scopeId: 'bob' });
    nowMs += HOUR_MS;
    const { preferences } = deps;
    const get: typeof preferences.get = (organizationId, scope) =>
      scope.scopeId === 'ada'
        ? Promise.reject(new TypeError('damaged'))
        : preferences.get(organizationId, scope);
    const damaged = { ...deps, preferences: { ...preferences, get } };
    expect(await sendDigests(damaged)).toEqual({ sent: 1, failed: 1, dropped: 0 });
    expect(sent.map(({ address }) => address)).toEqual(['bob@example.com']);
    nowMs += HALF_AN_HOUR_MS;
    expect(await sendDigests(deps)).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  test('is told in one message per address when it is due, and not again', async () => {
    const channels = [{ channel: 'email' as const, to: ['ada@example.com', 'eve@example.com'] }];
    await prefer({ ...hourly, channels });
    await prefer({ ...hourly, channels }, 'bob');
    await deliver('one');
    await deliver('two', { scopeId: 'bob' });
    await deliver('one');
    expect(sent).toEqual([]);
    nowMs += HOUR_MS - 1;
    expect(await sendDigests(deps)).toEqual({ sent: 0, failed: 0, dropped: 0 });
    nowMs += 1;
    expect(await sendDigests(deps)).toEqual({ sent: 2, failed: 0, dropped: 0 });
    expect(sent.map(({ address }) => address).toSorted()).toEqual([
      'ada@example.com',
      'eve@example.com',
    ]);
    for (const { alert } of sent) {
      expect(alert).toMatchObject({ kind: 'digest', attributes: { alerts: '2' } });
      expect(alert.body).toMatch(/one\n.*two$|two\n.*one$/);
    }
    expect(await sendDigests(deps)).toEqual({ sent: 0, failed: 0, dropped: 0 });
    await deliver('one');
    expect(sent).toHaveLength(2);
  });

  test('lets pass what is too severe to wait', async () => {
    await prefer(hourly);
    await deliver('mild');
    await deliver('grave', { severity: 'emergency' });
    expect(sent.map(({ alert }) => alert.subject)).toEqual(['grave']);
  });

  test('and is alone, is sent unchanged', async () => {
    await prefer(hourly);
    await deliver('only');
    nowMs += HOUR_MS;
    await sendDigests(deps);
    expect(sent).toMatchObject([{ alert: { kind: 'threshold_crossed', dedupKey: 'only' } }]);
  });

  test('is retried if it could not be sent, and the run fails to raise an alarm', async () => {
    await prefer(hourly);
    await deliver('one');
    nowMs += HOUR_MS;
    refused = true;
    await expect(createHandler(deps)()).rejects.toThrow('1 digests were not sent');
    refused = false;
    nowMs += HALF_AN_HOUR_MS;
    await createHandler(deps)();
    expect(sent).toHaveLength(1);
  });

  test('is sent once, even if a run died between sending and recording it', async () => {
    await prefer(hourly);
    await deliver('one');
    await deliver('two');
    nowMs += HOUR_MS;
    const release = () => Promise.reject(new Error('the run died'));
    const dying = { ...deps, deliveries: { ...deps.deliveries, release } };
    expect(await sendDigests(dying)).toMatchObject({ sent: 0, failed: 1 });
    nowMs += HALF_AN_HOUR_MS;
    expect(await sendDigests(deps)).toMatchObject({ failed: 0 });
    expect(sent).toHaveLength(1);
    expect(await deps.deliveries.listDue(nowMs, 10)).toEqual([]);
  });

  test('is dropped if nobody wants it at that address anymore', async () => {
    await prefer({ ...hourly, channels: [{ channel: 'email', to: ['old@example.com'] }] });
    await deliver('one');
    await prefer({ ...hourly, channels: [{ channel: 'email', to: ['new@example.com'] }] });
    nowMs += HOUR_MS;
    expect(await sendDigests(deps)).toEqual({ sent: 0, failed: 0, dropped: 1 });
    expect(sent).toEqual([]);
    expect(await deps.deliveries.listDue(nowMs, 10)).toEqual([]);
  });

  test('is dropped once the preferences exclude it', async () => {
    await prefer(hourly);
    await deliver('one');
    await prefer({ ...hourly, enabled: false });
    await prefer(hourly, 'bob');
    await deliver('two', { scopeId: 'bob' });
    await prefer({ ...hourly, minimumLevel: 'emergency' }, 'bob');
    nowMs += HOUR_MS;
    expect(await sendDigests(deps)).toEqual({ sent: 0, failed: 0, dropped: 2 });
  });

  test('delays nobody behind an address that fails', async () => {
    const webhook = { channel: 'webhook', url: 'https://gone.example.com', secret: 's' } as const;
    await prefer({ ...hourly, channels: [webhook] });
    await prefer(hourly, 'bob');
    await deliver('one');
    nowMs += 1;
    await deliver('two', { scopeId: 'bob' });
    nowMs += HOUR_MS;
    const send: DeliveryDeps['send'] = async (target, alert) => {
      if (target.channel === 'webhook') throw new Error('the host was not found');
      await deps.send(target, alert);
    };
    // Simulates one address with as many due alerts as a run reads.
    const narrow = {
      ...deps,
      send,
      deliveries: {
        ...deps.deliveries,
        listDue: (atMs: number) => deps.deliveries.listDue(atMs, 1),
      },
    };
    expect(await sendDigests(narrow)).toEqual({ sent: 0, failed: 1, dropped: 0 });
    expect(await sendDigests(narrow)).toEqual({ sent: 1, failed: 0, dropped: 0 });
    nowMs += HOUR_MS;
    expect(await sendDigests(deps)).toEqual({ sent: 1, failed: 0, dropped: 0 });
  });

  test('of one organization is not sent with that of another', async () => {
    const own = stores(store.db).preferences;
    const channels = [{ channel: 'email' as const, to: ['same@example.com'] }];
    for (const organizationId of ['acme', 'other']) {
      const target = { scope: 'organization', scopeId: organizationId } as const;
      await stored(
        store.db,
        own.replacement(organizationId, target, preferencesWith({ ...hourly, channels })),
      );
      await deliver('one', { organizationId });
      await deliver('two', { organizationId });
    }
    nowMs += HOUR_MS;
    expect(await sendDigests(deps)).toMatchObject({ sent: 2 });
    expect(sent.map(({ alert }) => alert.organizationId).toSorted()).toEqual(['acme', 'other']);
  });

  test('keeps no secret of its channel', async () => {
    const url = 'https://hooks.slack.com/services/slack-token';
    await prefer({ ...hourly, channels: [{ channel: 'slack', url }] });
    await deliver('one');
    const { items } = await store.db.scan({ table: 'alert-deliveries' });
    expect(items).toHaveLength(1);
    expect(
      Object.values(items[0] ?? {})
        .map(String)
        .join(' '),
    ).not.toContain('slack-token');
    nowMs += HOUR_MS;
    await sendDigests(deps);
    expect(sent.map(({ address }) => address)).toEqual([url]);
  });
});
