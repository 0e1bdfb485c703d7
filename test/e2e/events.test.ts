import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_DETAILS } from '../../contracts/events.ts';
import { readEventRules } from '../../local/control/event-log.ts';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import { startReceiver } from '../support/loopback-receiver.ts';

type Event = { 'detail-type': string; source: string; detail: { organizationId: string } };
type Shown = { items: { event: Event; deliveries: { status: number }[] }[] };

let purser: BorrowedPurser;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
beforeAll(async () => {
  [purser, receiver] = await Promise.all([borrowPurser(), startReceiver()]);
});
afterAll(async () => {
  await purser?.put('/_local/events', { rules: [] });
  await purser?.giveBack();
  await receiver.close();
});

test('a breach is an event on the bus, and runs the target of a rule', async () => {
  const url = `http://127.0.0.1:${receiver.port}/breach`;
  const rule = { pattern: { 'detail-type': ['breach'] }, url };
  expect((await purser.put('/_local/events', { rules: [rule] })).status).toBe(200);
  const event = {
    eventId: 'much',
    at: new Date(await purser.now()).toISOString(),
    system: 'relaycore',
    userId: 'ada',
    model: 'anthropic.claude-sonnet-4-6',
    usage: { inputTokens: 3_000_000, outputTokens: 300_000 },
  };
  await purser.post('/v1/usage', { events: [event] });
  await purser.drain();
  const own = async () =>
    (await purser.get<Shown>('/_local/events')).body.items.filter(
      ({ event: { detail, ...bus } }) =>
        bus['detail-type'] === 'breach' && detail.organizationId === purser.organizationId,
    );
  await expect.poll(async () => (await own()).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const [breach] = await own();
  expect(breach?.event).toMatchObject({ source: 'purser', 'detail-type': 'breach' });
  expect(EVENT_DETAILS.breach.safeParse(breach?.event.detail).error).toBeUndefined();
  await expect.poll(() => receiver.received.length, { timeout: 10_000 }).toBeGreaterThan(0);
  expect(receiver.received[0]?.path).toBe('/breach');
  const posted = receiver.received.map(({ body }) => JSON.parse(body) as unknown);
  expect(posted).toContainEqual(breach?.event);
});

/** Events of a kind about this file's organization. */
const shown = async (kind: string) =>
  (await purser.get<Shown>('/_local/events')).body.items
    .map(({ event }) => event)
    .filter(
      ({ 'detail-type': type, detail }) =>
        type === kind && detail.organizationId === purser.organizationId,
    );

test('a change of a budget and an expiry are events, each once', async () => {
  const budget = { limitUsd: '5', onExpiry: 'release' };
  const made = await purser.put('/v1/budgets/user/eve/daily', budget);
  expect(made.status, JSON.stringify(made.body)).toBe(200);
  await purser.put('/v1/budgets/user/eve/daily', { limitUsd: '4' });
  const request = { system: 'relaycore', userId: 'eve', model: 'amazon.nova-lite-v1:0' };
  const reserved = await purser.post('/v1/reservations', { ...request, inputTokens: 1_000 });
  expect(reserved.status, JSON.stringify(reserved.body)).toBe(201);
  await purser.post('/_local/clock', { advanceMs: 3_600_000 });
  await expect
    .poll(async () => (await shown('reservation_expired')).length, { timeout: 30_000 })
    .toBeGreaterThan(0);
  await purser.drain();
  const expiries = (await shown('reservation_expired')).map(({ detail }) =>
    EVENT_DETAILS.reservation_expired.parse(detail),
  );
  expect(expiries.map(({ data }) => data)).toMatchObject([
    {
      reservationId: (reserved.body as { reservationId: string }).reservationId,
      outcome: 'released',
      chargedUsd: '0.000000000',
    },
  ]);
  const changes = (await shown('budget_changed')).map(({ detail }) =>
    EVENT_DETAILS.budget_changed.parse(detail),
  );
  expect(changes.map(({ data }) => [data.change, data.actor])).toEqual([
    ['set', 'local-admin'],
    ['lowered', 'local-admin'],
  ]);
});

test.each([
  [{}, 'rules: must be a list'],
  [{ rules: [{ url: 'http://127.0.0.1:1' }] }, 'rules[0].pattern: must be'],
  [{ rules: [{ pattern: {}, url: 'http://example.com' }] }, 'rules[0].url: must be a URL of 127'],
])('rules such as %j are refused by name', async (body, message) => {
  expect((await purser.put('/_local/events', body)).status).toBe(400);
  expect(() => readEventRules(body)).toThrow(message);
});

test('the end of a job is an event, with its cost and without a word of it', async () => {
  const request = { system: 'relaycore', userId: 'fay', model: 'claude-haiku-4-5' };
  const body = { request: { ...request, prompt: 'My secret words', maxOutputTokens: 100 } };
  const sent = await purser.post<{ jobId: string }>('/v1/jobs', body);
  expect(sent.status, JSON.stringify(sent.body)).toBe(202);
  const { jobId } = sent.body;
  await expect
    .poll(async () => (await shown('job_finished')).length, { timeout: 60_000 })
    .toBeGreaterThan(0);
  const [event] = (await shown('job_finished')).map(({ detail }) =>
    EVENT_DETAILS.job_finished.parse(detail),
  );
  const job = await purser.get<{ costUsd: string }>(`/v1/jobs/${jobId}`);
  const { costUsd } = job.body;
  expect(event?.data).toMatchObject({ jobId, state: 'succeeded', costUsd, attempts: '1' });
  expect(JSON.stringify(event)).not.toContain('secret');
});
