import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';

type Mail = {
  protocol: string;
  endpoint: string;
  subject?: string;
  message: string;
  attributes: Record<string, { Value: string }>;
};

let purser: LocalPurser;
beforeAll(async () => {
  purser = await startPurser();
});
afterAll(() => purser?.stop());

const DAY_MS = 86_400_000;
const mails = async (): Promise<Mail[]> =>
  (await purser.get<{ items: Mail[] }>('/_local/inbox')).body.items.filter(
    ({ protocol, subject }) => protocol === 'ses' && subject?.includes('report'),
  );

test('a daily report arrives with its chart, and adds up to what was used', async () => {
  await purser.put('/v1/reports/tags', { tags: ['team'] });
  const put = await purser.put('/v1/reports/subscriptions/finance', {
    frequency: 'daily',
    hour: 0,
    to: ['finance@example.com'],
    groupBy: 'tag:team',
  });
  expect(put.status).toBe(200);
  const event = {
    eventId: 'one',
    at: new Date().toISOString(),
    system: 'relaycore',
    userId: 'ada',
    model: 'anthropic.claude-sonnet-4-6',
    tags: { team: 'search' },
    usage: { inputTokens: 100_000, outputTokens: 10_000 },
  };
  await purser.post('/v1/usage', { events: [event] });
  await purser.drain();
  await purser.post('/_local/clock', { advanceMs: DAY_MS });
  await expect.poll(async () => (await mails()).length, { timeout: 20_000 }).toBe(1);
  const [mail] = await mails();
  expect(mail?.endpoint).toBe('finance@example.com');
  expect(mail?.subject).toBe('Purser daily report: 0.4500 USD (nothing before)');
  expect(mail?.message).toContain('0.4500  search');
  expect(mail?.attributes).toEqual({ attachment1: { Type: 'String', Value: 'costs.png' } });
});
