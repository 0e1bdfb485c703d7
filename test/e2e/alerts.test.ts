import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

type Message = {
  protocol: string;
  endpoint: string;
  subject?: string;
  message: string;
  at: string;
};

type Breach = { scopeId: string; level: string };

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
});
afterAll(() => purser?.giveBack());

const PREFERENCES = '/v1/alerts/preferences/user/grace';
const CHANNELS = [
  'email',
  { channel: 'email', to: 'grace@example.com' },
  { channel: 'sms', to: ['+491701234567'] },
];
const ask = (key: string, body: object) =>
  purser.post<{ dedupKey: string; channels: string[] }>('/v1/alerts/test', body, {
    'idempotency-key': key,
  });
const messages = async () => (await purser.get<{ items: Message[] }>('/_local/inbox')).body.items;
const inbox = async () =>
  (await messages()).map(({ protocol, endpoint }) => `${protocol} ${endpoint}`);

describe('alerts', () => {
  test('reach everybody by every channel, once however often they are sent', async () => {
    expect((await purser.put(PREFERENCES, { channels: CHANNELS })).status).toBe(200);
    const target = { scope: 'user', scopeId: 'grace' };
    const first = await ask('try-1', target);
    expect(first).toMatchObject({ status: 202, body: { channels: ['email', 'sms'] } });
    const everybody = ['email ops@example.com', 'ses grace@example.com', 'sms +491701234567'];
    await expect
      .poll(async () => (await inbox()).toSorted(), { timeout: 20_000 })
      .toEqual(everybody);

    const again = await ask('try-1', target);
    expect(again.body).toEqual(first.body);
    await purser.drain();
    expect((await inbox()).toSorted()).toEqual(everybody);

    await ask('try-2', { ...target, channel: 'sms' });
    await purser.drain();
    expect((await inbox()).toSorted()).toEqual([...everybody, 'sms +491701234567']);
  });

  test('of a quiet night are told together in the morning', async () => {
    await purser.call('DELETE', '/_local/inbox');
    const { organizationId } = purser;
    const finance = `finance@${organizationId}.example.com`;
    // As time goes on, what earlier files set up for their organizations may send mail, too.
    const own = async () =>
      (await messages()).filter(
        ({ endpoint, subject, message }) =>
          endpoint === finance || `${subject} ${message}`.includes(organizationId),
      );
    const now = await purser.now();
    const minuteFromNow = (minutes: number) =>
      new Date(now + minutes * 60_000).toISOString().slice(11, 16);
    await purser.put(`/v1/alerts/preferences/organization/${organizationId}`, {
      channels: [{ channel: 'email', to: finance }],
      quietHours: { from: minuteFromNow(-10), to: minuteFromNow(60) },
    });
    // Each is a separate incident, because one review's breaches share an alert. An emergency would
    // not wait.
    for (const [userId, inputTokens] of [
      ['ada', 3_000_000],
      ['bob', 2_000_000],
    ]) {
      const event = {
        eventId: `much-${userId}`,
        at: new Date(now).toISOString(),
        system: 'relaycore',
        userId,
        model: 'anthropic.claude-sonnet-4-6',
        usage: { inputTokens, outputTokens: 300_000 },
      };
      const { body } = await purser.post<{ accepted: number }>('/v1/usage', { events: [event] });
      expect(body.accepted).toBe(1);
      await purser.drain();
    }
    await purser.post('/_local/clock', { advanceMs: 15 * 60_000 });
    await purser.drain();
    expect(await own()).toEqual([]);
    await purser.post('/_local/clock', { advanceMs: 60 * 60_000 });
    await expect
      .poll(own, { timeout: 20_000 })
      .toMatchObject([{ protocol: 'ses', endpoint: finance }]);
    const items = await own();
    expect(items[0]?.subject).toMatch(/^\[Purser \w+\] [2-9] alerts for .+, the worst: Critical: /);
    expect(items[0]?.subject).toContain(organizationId);
    for (const spent of ['ada spent 13.50', 'bob spent 10.50']) {
      expect(items[0]?.message).toContain(`Critical: user ${spent} of 10.00 USD on `);
    }
    const { items: breaches } = (await purser.get<{ items: Breach[] }>('/v1/breaches')).body;
    const levels = breaches.filter(({ scopeId }) => scopeId === 'ada').map(({ level }) => level);
    expect(levels.toSorted()).toEqual(['critical', 'warning']);
  });
});
