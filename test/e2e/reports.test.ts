import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';

type Mail = {
  protocol: string;
  endpoint: string;
  subject?: string;
  message: string;
  html: string;
};

let purser: BorrowedPurser;
beforeAll(async () => {
  purser = await borrowPurser();
});
afterAll(() => purser?.giveBack());

const DAY_MS = 86_400_000;
const mails = async (): Promise<Mail[]> =>
  (await purser.get<{ items: Mail[] }>('/_local/inbox')).body.items.filter(
    ({ protocol, subject }) => protocol === 'ses' && subject?.includes('the day before'),
  );

test('a daily report arrives in both forms, and adds up to what was used', async () => {
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
    at: new Date(await purser.now()).toISOString(),
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
  expect(mail?.subject).toMatch(
    /^\[Purser \w+\] \S+ spent 0\.45 USD on \d{4}-\d\d-\d\d, after nothing the day before$/,
  );
  expect(mail?.message).toMatch(/^ {2}0\.45 {2}#{30} {2}search$/m);
  expect(mail?.html).toContain('>search</td>');
});

test('a report in a file is made, read by its link alone, and adds up to the report', async () => {
  type Export = {
    exportId: string;
    state: string;
    totalUsd: string;
    files: { download: { url: string } }[];
  };
  const event = {
    eventId: 'of-the-file',
    at: new Date(await purser.now()).toISOString(),
    system: 'relaycore',
    userId: 'grace',
    model: 'anthropic.claude-sonnet-4-6',
    usage: { inputTokens: 20_000, outputTokens: 3_000 },
  };
  await purser.post('/v1/usage', { events: [event] });
  await purser.drain();
  const asked = await purser.post<Export>('/v1/reports/exports', { groupBy: 'record' });
  expect(asked.status).toBe(202);
  const path = asked.headers.get('location') ?? '';
  const state = async () => (await purser.get<Export>(path)).body.state;
  await expect.poll(state, { timeout: 20_000 }).toBe('done');

  const { body } = await purser.get<Export>(path);
  const url = body.files[0]?.download.url ?? expect.fail('there is no link');
  const file = await fetch(url);
  expect(file.headers.get('content-disposition')).toMatch(/usage-.*\.csv\.gz/);
  const text = gunzipSync(Buffer.from(await file.arrayBuffer())).toString();
  expect(text).toContain(',relaycore,grace,');
  expect((await fetch(url.replace(/X-Amz-Expires=\d+/, 'X-Amz-Expires=9999'))).status).toBe(403);
  const report = await purser.get<{ totalUsd: string }>('/v1/reports/costs');
  expect(body.totalUsd).toBe(report.body.totalUsd);
  const { items } = (await purser.get<{ items: Export[] }>('/v1/reports/exports')).body;
  expect(items.map(({ exportId }) => exportId)).toEqual([asked.body.exportId]);
});
