import { stores } from '../../../composition/stores.ts';
import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../../domain/alerts/alert.ts';
import type { ChannelSetting } from '../../../domain/alerts/alert-preferences.ts';
import { deliverAlert, type DeliveryDeps } from '../../../services/alerts/deliver-alert.ts';
import { createAlertSender } from '../../../services/alerts/send-alert.ts';
import { alertWith, DEPLOYMENT, NOON_MS, preferencesWith } from '../../support/alerts.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { startReceiver } from '../../support/loopback-receiver.ts';
import { silentTelemetry } from '../../support/telemetry.ts';
import { stored } from '../../support/stored.ts';

let store: EmbeddedStore;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let deps: DeliveryDeps & { telemetry: ReturnType<typeof silentTelemetry> };
let organizationId = '';
let nowMs = 0;
let mailsRefused = 0;
let tests = 0;
const sent: string[] = [];

beforeAll(async () => {
  [store, receiver] = await Promise.all([startEmbeddedStore(), startReceiver()]);
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
  nowMs = NOON_MS;
  mailsRefused = 0;
  sent.length = 0;
  receiver.received.length = 0;
  receiver.statuses.length = 0;
  const now = () => nowMs;
  deps = {
    preferences: stores(store.db).preferences,
    deliveries: stores(store.db).deliveries,
    allowances: stores(store.db).allowances,
    telemetry: silentTelemetry(),
    now,
    send: createAlertSender({
      deployment: DEPLOYMENT,
      topic: { publish: async () => void sent.push('topic') },
      sendEmail: async (to) => {
        if (mailsRefused > 0) {
          mailsRefused -= 1;
          throw new Error('SES refuses');
        }
        sent.push(`mail to ${to}`);
      },
      sendSms: async (to, text) => void sent.push(`sms to ${to}: ${text.slice(0, 13)}`),
      post: (post) => receiver.way.post(post),
      now,
    }),
  };
});
afterAll(async () => {
  await receiver.close();
  await store.close();
});

const SECRET = 'the-signing-secret';
const mail: ChannelSetting = { channel: 'email', to: ['ada@example.com'] };
const sms: ChannelSetting = { channel: 'sms', to: ['+491701234567'] };
const webhook: ChannelSetting = {
  channel: 'webhook',
  url: 'https://hooks.example.com/x',
  secret: SECRET,
};

const prefer = (channels: ChannelSetting[], scopeId = 'ada') =>
  stored(
    store.db,
    stores(store.db).preferences.replacement(
      organizationId,
      { scope: 'user', scopeId },
      preferencesWith({ channels }),
    ),
  );
const deliver = (changes: Partial<Alert> = {}) =>
  deliverAlert(deps, alertWith({ organizationId, ...changes }));

describe('an alert', () => {
  test('goes to the topic by default', async () => {
    await deliver();
    expect(sent).toEqual(['topic']);
  });

  test('goes through every channel once, no matter how often it is delivered', async () => {
    await prefer([mail, sms, webhook]);
    await deliver();
    await Promise.all([deliver(), deliver()]);
    expect(sent.toSorted()).toEqual([
      'mail to ada@example.com',
      'sms to +491701234567: [Purser test]',
    ]);
    expect(receiver.received).toHaveLength(1);
  });

  test('is counted by channel, with the time from its cause to its delivery', async () => {
    await prefer([mail, sms]);
    nowMs += 1_500;
    await deliver();
    const metrics = deps.telemetry.metrics.map(({ name, value, dimensions }) => [
      name,
      value,
      dimensions['Channel'],
    ]);
    expect(metrics).toHaveLength(4);
    expect(metrics).toEqual(
      expect.arrayContaining([
        ['AlertDelay', 1_500, undefined],
        ['AlertsDelivered', 1, 'email'],
        ['AlertsDelivered', 1, 'sms'],
      ]),
    );
  });

  test('delivered twice concurrently is sent once, and the second delivery is retried', async () => {
    await prefer([mail]);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => deliver()));
    expect(sent).toEqual(['mail to ada@example.com']);
    expect(outcomes.some(({ status }) => status === 'fulfilled')).toBe(true);
    await deliver();
    expect(sent).toHaveLength(1);
  });

  test('about another incident, or of another organization, is sent separately', async () => {
    await prefer([mail]);
    await deliver();
    await deliver({ dedupKey: 'another' });
    organizationId = `acme-${(tests += 1)}`;
    await prefer([mail]);
    await deliver();
    expect(sent).toHaveLength(3);
  });

  test('is tried again by the channel that failed, and by no other', async () => {
    await prefer([mail, sms, webhook]);
    mailsRefused = 1;
    receiver.statuses.push(503);
    await expect(deliver()).rejects.toThrow('not delivered by email, webhook');
    expect(sent).toEqual(['sms to +491701234567: [Purser test]']);
    await deliver();
    expect(sent).toEqual(['sms to +491701234567: [Purser test]', 'mail to ada@example.com']);
    expect(receiver.received).toHaveLength(2);
    await deliver();
    expect(sent).toHaveLength(2);
    expect(receiver.received).toHaveLength(2);
  });

  test('claimed by a run that died is sent when its lease is over, not before', async () => {
    await prefer([mail]);
    const { send } = deps;
    deps.send = () => new Promise(() => undefined);
    void deliver();
    await expect.poll(() => claimsInStore()).toBe(1);
    deps.send = send;
    await expect(deliver()).rejects.toThrow('not delivered by email');
    expect(sent).toEqual([]);
    nowMs += 31_000;
    await deliver();
    expect(sent).toEqual(['mail to ada@example.com']);
  });

  test('is signed for a webhook over time and body, the same delivery whenever it is sent', async () => {
    await prefer([webhook]);
    receiver.statuses.push(500);
    await expect(deliver()).rejects.toThrow('not delivered by webhook');
    nowMs += 10_000;
    await deliver();
    const [first, second] = receiver.received;
    const [, time, signature] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(second?.headers['x-purser-signature'])) ?? [];
    expect(Number(time)).toBe(NOON_MS / 1_000 + 10);
    const expected = createHmac('sha256', SECRET).update(`${time}.${second?.body}`).digest('hex');
    expect(signature).toBe(expected);
    expect(first?.headers['x-purser-signature']).not.toBe(second?.headers['x-purser-signature']);
    const event = JSON.parse(second?.body ?? '') as Record<string, unknown>;
    expect(event).toMatchObject({
      event: 'threshold_crossed',
      severity: 'critical',
      scopeId: 'ada',
    });
    expect(event['id']).toBe(second?.headers['x-purser-delivery']);
    expect(JSON.parse(first?.body ?? '')).toEqual(event);
  });

  test('opens an incident and resolves the same one when its control has ended', async () => {
    await prefer([{ channel: 'pagerduty', routingKey: 'routing-key' }]);
    const incidentKey = 'control#user#ada#1';
    await deliver({ kind: 'control_applied', dedupKey: 'applied', incidentKey });
    await deliver({ kind: 'control_ended', dedupKey: 'ended', incidentKey });
    const events = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, string>);
    expect(events.map((event) => event['event_action'])).toEqual(['trigger', 'resolve']);
    expect(events[0]?.['dedup_key']).toBe(events[1]?.['dedup_key']);
    expect(events[0]?.['dedup_key']?.length).toBeLessThanOrEqual(255);
    expect(receiver.received[0]).toMatchObject({
      path: '/v2/enqueue',
      headers: { host: 'events.pagerduty.com' },
    });
  });

  test('of another deployment is another incident and another delivery', async () => {
    await prefer([{ channel: 'pagerduty', routingKey: 'routing-key' }, webhook]);
    await deliver();
    const other = createAlertSender({
      deployment: { ...DEPLOYMENT, environment: 'prod' },
      topic: { publish: () => expect.fail('the topic') },
      sendEmail: () => expect.fail('e-mail'),
      sendSms: () => expect.fail('a text message'),
      post: (post) => receiver.way.post(post),
      now: () => nowMs,
    });
    const address = webhook.url;
    await other({ channel: 'webhook', address, secret: SECRET }, alertWith({ organizationId }));
    await other({ channel: 'pagerduty', address: 'routing-key' }, alertWith({ organizationId }));
    const bodies = receiver.received.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
    const ids = bodies.map((body) => body['dedup_key'] ?? body['id']);
    expect(ids).toHaveLength(4);
    expect(new Set(ids).size).toBe(4);
    const places = bodies.map((body) => [body['environment'], body['region']].join());
    expect(places).toEqual(expect.arrayContaining(['test,eu-central-1', 'prod,eu-central-1']));
  });

  test('reveals no secret in a log or a record', async () => {
    const slack: ChannelSetting = {
      channel: 'slack',
      url: 'https://hooks.slack.com/services/slack-token',
    };
    await prefer([webhook, slack, { channel: 'pagerduty', routingKey: 'routing-key' }]);
    receiver.statuses.push(500, 500, 500);
    await expect(deliver()).rejects.toThrow('not delivered by');
    await deliver();
    const { items: all } = await store.db.scan({ table: 'alert-deliveries' });
    const items = all.filter(({ pk }) => !String(pk).endsWith('#allowance'));
    const told = JSON.stringify(
      [deps.telemetry.lines, items.map((item) => [item['pk'], item['sk'], item['alert']])],
      (_, value: unknown) => (value instanceof Error ? String(value.stack) : value),
    );
    expect(told).toContain('ALERT_CHANNEL_FAILED');
    expect(told).not.toMatch(/the-signing-secret|slack-token|routing-key|hooks\.example/);
  });
});

async function claimsInStore(): Promise<number> {
  const { items: all } = await store.db.scan({ table: 'alert-deliveries' });
  const items = all.filter(({ pk }) => !String(pk).endsWith('#allowance'));
  return items.filter(({ pk }) => String(pk).startsWith(`${organizationId}#`)).length;
}
