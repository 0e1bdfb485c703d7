import { thresholdServices } from '../../composition/controls.ts';
import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Alert } from '../../domain/alerts/alert.ts';
import { createHandler } from '../../lambdas/thresholds/handler.ts';
import { canonicalText } from '../../domain/audit/canonical-text.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const GET_PREFERENCES = 'GET /v1/alerts/preferences/{scope}/{scopeId}';
const PUT_PREFERENCES = 'PUT /v1/alerts/preferences/{scope}/{scopeId}';
const ada = { scope: 'user', scopeId: 'ada' };
const published: Alert[] = [];
const telemetry = silentTelemetry();

let store: EmbeddedStore;
let handler: unknown;
let organizationId = '';
let tests = 0;

beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = {
    now: () => NOON,
    telemetry,
    entryShards: [],
    alerts: { publish: async (alert: Alert) => void published.push(alert) },
  };
  handler = createHandler({ ...world, ...thresholdServices(store.db, world) });
});
beforeEach(() => {
  organizationId = `acme-${(tests += 1)}`;
});
afterAll(() => store.close());

describe('alert preferences', () => {
  test('default to everything by e-mail, and are changed and audited', async () => {
    const get = () => call(handler, GET_PREFERENCES, { params: ada, organizationId });
    expect((await get()).json).toEqual({
      ...ada,
      source: 'builtin',
      enabled: true,
      minimumLevel: 'warning',
      channels: ['email'],
    });
    const body = { minimumLevel: 'critical' };
    const changed = await call(handler, PUT_PREFERENCES, { params: ada, body, organizationId });
    expect(changed.json).toMatchObject({
      source: 'scope',
      minimumLevel: 'critical',
      enabled: true,
    });
    expect((await get()).json).toEqual(changed.json);
    const [entry] = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(entry).toMatchObject({ action: 'alert-preferences.put', target: 'user/ada' });
  });

  const webhook = {
    channel: 'webhook',
    url: 'https://example.com/hook/path-token',
    secret: 'the-signing-secret',
  };
  const slack = { channel: 'slack', url: 'https://hooks.slack.com/services/T0/B0/slack-token' };
  const pager = { channel: 'pagerduty', routingKey: 'a1b2c3d4e5f6a1b2c3d4e5f6a1b2c3d4' };
  const SECRETS = ['path-token', 'the-signing-secret', 'slack-token', pager.routingKey];

  test('keep secrets to themselves, in answers, in the audit log and in the logs', async () => {
    const channels = [webhook, slack, { ...pager, minimumLevel: 'emergency' }];
    const put = (body: unknown) =>
      call(handler, PUT_PREFERENCES, { params: ada, body, organizationId });
    const { json } = await put({ channels });
    expect(json['channels']).toEqual([
      {
        channel: 'webhook',
        host: 'example.com',
        secretFingerprint: expect.stringMatching(/^.{4}$/),
      },
      { channel: 'slack', host: 'hooks.slack.com', secretFingerprint: expect.any(String) },
      { channel: 'pagerduty', minimumLevel: 'emergency', secretFingerprint: expect.any(String) },
    ]);
    const shown = await call(handler, GET_PREFERENCES, { params: ada, organizationId });
    expect(shown.json).toEqual(json);
    const [stored] = await storedSecrets();
    for (const secret of SECRETS) expect(stored).toContain(secret);
    const other = { ...webhook, secret: 'another-signing-secret' };
    const [before] = json['channels'] as { secretFingerprint: string }[];
    const [after] = (await put({ channels: [other] })).json['channels'] as (typeof before)[];
    expect(after?.secretFingerprint).not.toBe(before?.secretFingerprint);
    const audit = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(audit).toHaveLength(2);
    const told = JSON.stringify([json, shown.json, audit, telemetry.lines]);
    for (const secret of SECRETS) expect(told).not.toContain(secret);
  });

  test('leave no address in the audit log, which shows when one changes', async () => {
    const put = (email: string) =>
      call(handler, PUT_PREFERENCES, {
        params: ada,
        body: {
          channels: [
            { channel: 'email', to: [email, 'eve@example.com'] },
            { channel: 'sms', to: ['+491701234567'] },
          ],
        },
        organizationId,
      });
    for (const email of ['ada@example.com', 'bob@example.com', 'bob@example.com']) {
      expect((await put(email)).status).toBe(200);
    }
    const entries = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(entries).toHaveLength(2);
    const told = entries.map(({ before, after }) => canonicalText([before ?? null, after]));
    for (const text of told) expect(text).not.toMatch(/example\.com|491701234567/);
    expect(told[0]).toContain('"addresses":2');
    expect(entries[1]?.before).toEqual(entries[0]?.after);
    const [ours, then] = entries.map(({ after }) => channelsIn(after));
    expect(ours?.[0]).not.toEqual(then?.[0]);
    expect(ours?.[1]).toEqual(then?.[1]);
  });

  const channelsIn = (facts: unknown) => (facts as { channels: unknown[] }).channels;

  const storedSecrets = async () => {
    const own = await stores(store.db).preferences.get(organizationId, {
      scope: 'user',
      scopeId: 'ada',
    });
    return [JSON.stringify(own)];
  };

  test('know quiet hours and digests, with what they leave unsaid', async () => {
    const body = { quietHours: { from: '22:00', to: '07:00' }, digest: 'daily' };
    const { json } = await call(handler, PUT_PREFERENCES, { params: ada, body, organizationId });
    const expected = {
      quietHours: { from: '22:00', to: '07:00', timeZone: 'UTC', exceptLevel: 'emergency' },
      digest: { every: 'daily', maximumLevel: 'warning', hour: 8, timeZone: 'UTC' },
    };
    expect(json).toMatchObject(expected);
    const shown = await call(handler, GET_PREFERENCES, { params: ada, organizationId });
    expect(shown.json).toMatchObject(expected);
    await call(handler, PUT_PREFERENCES, { params: ada, body: { digest: 'none' }, organizationId });
    const cleared = await call(handler, GET_PREFERENCES, { params: ada, organizationId });
    expect(cleared.json).not.toHaveProperty('digest');
    expect(cleared.json).not.toHaveProperty('quietHours');
  });

  test.each([
    ['channels[0].url', { channels: [{ ...webhook, url: 'http://example.com' }] }],
    ['channels[0].url', { channels: [{ ...webhook, url: 'https://169.254.169.254/' }] }],
    ['channels[0].url', { channels: [{ ...webhook, url: 'https://localhost/' }] }],
    ['channels[0].url', { channels: [{ ...slack, url: 'https://example.com/services' }] }],
    ['channels[0].url', { channels: [{ ...slack, url: 'https://hooks.slack.com:8443/x' }] }],
    ['channels[0].secret', { channels: [{ ...webhook, secret: 'short' }] }],
    ['channels[0].secret', { channels: [{ channel: 'webhook', url: webhook.url }] }],
    ['channels[0].routingKey', { channels: [{ ...pager, routingKey: 'x' }] }],
    ['channels[0].to', { channels: [{ channel: 'sms' }] }],
    ['channels[0].to', { channels: [{ channel: 'sms', to: '0170 1234567' }] }],
    ['channels[0].to[0]', { channels: [{ channel: 'email', to: ['nobody'] }] }],
    ['channels[0].kinds[0]', { channels: [{ ...slack, kinds: ['test'] }] }],
    ['channels', { channels: [slack, { ...slack, minimumLevel: 'critical' }] }],
    ['quietHours.to', { quietHours: { from: '22:00', to: '22:00' } }],
    ['quietHours.timeZone', { quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars' } }],
    ['digest', { digest: 'weekly' }],
    ['digest.hour', { digest: { every: 'daily', hour: 24 } }],
    ['channels', { channels: [] }],
    ['channels', { channels: ['email', 'email'] }],
    ['channels[0]', { channels: ['pigeon'] }],
    ['minimumLevel', { minimumLevel: 'mild' }],
    ['enabled', { enabled: 'yes' }],
    ['quiet', { quiet: true }],
  ])('that are wrong are refused, naming %s', async (field, body) => {
    const { status, json } = await call(handler, PUT_PREFERENCES, { params: ada, body });
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
  });
});

describe('test alerts', () => {
  const TEST = 'POST /v1/alerts/test';
  const send = (body: unknown, role: 'operator' | 'viewer' = 'operator') =>
    call(handler, TEST, { body, role, organizationId });

  test('are published for the channels of the scope, and audited', async () => {
    published.length = 0;
    const { status, json } = await send(ada);
    expect(status).toBe(202);
    expect(json).toEqual({
      dedupKey: `test#${organizationId}#user#ada#request-1`,
      channels: ['email'],
    });
    expect(published).toMatchObject([
      { kind: 'test', ...ada, organizationId, dedupKey: json['dedupKey'] },
    ]);
    const [entry] = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(entry).toMatchObject({ actor: 'key-1', action: 'alerts.test', target: 'user/ada' });
  });

  test.each([
    ['channel', { ...ada, channel: 'sms' }],
    ['channel', { ...ada, channel: 'pigeon' }],
    ['scopeId', { scope: 'user' }],
    ['to', { ...ada, to: 'somebody@example.com' }],
  ])('that cannot be sent are refused, naming %s', async (field, body) => {
    published.length = 0;
    const { status, json } = await send(body);
    expect(status).toBe(400);
    expect((json['errors'] as { field: string }[])[0]?.field).toBe(field);
    expect(published).toEqual([]);
  });

  test('are at most 5 an hour to one address, and 20 of an organization', async () => {
    published.length = 0;
    const statuses: number[] = [];
    for (let count = 0; count < 8; count += 1) statuses.push((await send(ada)).status);
    expect(statuses).toEqual([202, 202, 202, 202, 202, 429, 429, 429]);
    const refused = await send(ada);
    expect(refused.json).toMatchObject({ type: expect.stringMatching(/too-many-requests$/) });
    expect(refused.headers['retry-after']).toBe('1800');
    expect(published).toHaveLength(5);
    // Uses up the organization's tests on other addresses.
    for (const to of ['a', 'b', 'c', 'd']) {
      const body = { channels: [{ channel: 'email', to: [`${to}@example.com`] }] };
      const params = { scope: 'user', scopeId: to };
      await call(handler, PUT_PREFERENCES, { params, body, organizationId });
      for (let count = 0; count < 5; count += 1) await send(params);
    }
    expect(published).toHaveLength(20);
  });

  test('are not for viewers, nor about other organizations', async () => {
    expect((await send(ada, 'viewer')).status).toBe(403);
    expect((await send({ scope: 'organization', scopeId: 'other' })).status).toBe(404);
  });
});
