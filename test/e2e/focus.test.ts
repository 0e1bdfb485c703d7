import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stores } from '../../composition/stores.ts';
import { formatUsd, parseUsd } from '../../domain/money.ts';
import { periodAt } from '../../domain/periods.ts';
import { isEntry, parseEntry } from '../../tables/ledger/entry-items.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { csvRowsOf } from '../support/csv-rows.ts';
import { brokenRules } from '../support/focus-rules.ts';
import { type LocalPurser, startPurser } from '../support/local-purser.ts';
import { runScript } from '../support/run-script.ts';

type Row = Record<string, string>;
type Export = { state: string; totalUsd: string; files: { download: { url: string } }[] };

const DAY_MS = 86_400_000;
const QUARTER_MS = 15 * 60_000;
const REQUESTS = 60;
const TEXT = { inputTokens: 12_345, outputTokens: 678 };

let purser: LocalPurser;
beforeAll(async () => {
  purser = await startPurser();
});
afterAll(() => purser?.stop());

const iso = (ms: number): string => new Date(ms).toISOString();

/** Usage of several providers, meters and terms. */
const EVENTS: readonly (readonly [eventId: string, event: Record<string, unknown>])[] = [
  [
    'cached',
    {
      model: 'claude-sonnet-4-6',
      usage: { ...TEXT, cacheReadTokens: 9, cacheWriteTokens: 40, cacheWriteOneHourTokens: 30 },
    },
  ],
  ['searches', { model: 'claude-sonnet-4-6', usage: { ...TEXT, webSearches: 3 } }],
  [
    'images',
    { model: 'stability.sd3-large', usage: { inputTokens: 40, outputTokens: 0, images: 2 } },
  ],
  ['rerank', { model: 'cohere.rerank-v3-5:0', usage: { inputTokens: 0, outputTokens: 0 } }],
  ['batch', { model: 'gpt-4o', serviceTier: 'batch', usage: TEXT }],
  ['frankfurt', { model: 'anthropic.claude-sonnet-4-6', region: 'eu-central-1', usage: TEXT }],
  [
    'profile',
    { model: 'global.anthropic.claude-sonnet-4-6', usage: TEXT, tags: { team: 'a "b", c' } },
  ],
  ['own-price', { model: 'gemini-2.5-flash-lite', usage: TEXT }],
  ['own-model', { model: 'of-our-own', usage: TEXT }],
  ['stated', { model: 'gpt-4o-mini', usage: TEXT, actualCostUsd: '0.0012345' }],
];
const OWN_PRICE = { inputUsdPerMillion: '0.02', outputUsdPerMillion: '0.07', batchPercent: 50 };

/** What the ledger says that everything cost. */
async function ledgerUsd(): Promise<string> {
  const { ledger } = stores(purser.store());
  let total = 0n;
  for await (const { items } of pagesOf((startKey) => ledger.scan(startKey))) {
    for (const item of items) if (isEntry(item)) total += parseEntry(item).chargedNanoUsd;
  }
  return formatUsd(total);
}

/** The rows of a file, and the sum of what they bill. */
async function exported(fromMs: number, toMs: number): Promise<{ rows: Row[]; billedUsd: string }> {
  const range = { from: iso(fromMs), to: iso(toMs) };
  const asked = await purser.post('/v1/reports/exports', {
    groupBy: 'record',
    format: 'focus',
    ...range,
  });
  expect(asked.status).toBe(202);
  const path = asked.headers.get('location') ?? '';
  const state = async () => (await purser.get<Export>(path)).body.state;
  await expect.poll(state, { timeout: 30_000 }).toBe('done');
  const { body } = await purser.get<Export>(path);
  const file = await fetch(body.files[0]?.download.url ?? expect.fail('there is no file'));
  const rows = csvRowsOf(gunzipSync(Buffer.from(await file.arrayBuffer())).toString());
  const billed = rows.map((row) => parseUsd(row['BilledCost'] ?? '') ?? expect.fail());
  const billedUsd = formatUsd(billed.reduce((sum, amount) => sum + amount, 0n));
  expect(body.totalUsd).toBe(billedUsd);
  return { rows, billedUsd };
}

const reserve = async (): Promise<string> => {
  const request = { system: 'relaycore', userId: 'ada', model: 'gpt-4o', inputTokens: 1_000 };
  const answer = await purser.post<{ reservationId: string }>('/v1/reservations', {
    ...request,
    maxOutputTokens: 500,
    holdSeconds: 60,
  });
  expect(answer.status).toBe(201);
  return answer.body.reservationId;
};
const expire = async (): Promise<void> => {
  await purser.post('/_local/clock', { advanceMs: QUARTER_MS });
  await purser.drain();
};
const correct = async (eventId: string, actualCostUsd: string): Promise<void> => {
  const body = { correctionId: `of-${eventId}`, actualCostUsd, reason: 'invoice' };
  expect((await purser.post(`/v1/usage/${eventId}/corrections`, body)).status).toBe(200);
};

test('files of FOCUS of a replayed trace and its corrections break no rule, and add up', async () => {
  const trace = join(purser.dataDirectory, 'sample.csv');
  const inFolder = { dataDir: purser.dataDirectory };
  await runScript('sample', ['--rows', String(REQUESTS), '--out', trace], inFolder);
  const args = [trace, '--url', purser.url, '--key', purser.key];
  expect((await runScript('replay', args, inFolder)).code).toBe(0);

  for (const model of ['of-our-own', 'gemini-2.5-flash-lite']) {
    expect((await purser.put(`/v1/rate-cards/${model}`, OWN_PRICE)).status).toBe(200);
  }
  const at = iso(await purser.now());
  const common = { at, system: 'relaycore', userId: 'ada', departmentId: 'Research' };
  const events = EVENTS.map(([eventId, event]) => ({ eventId, ...common, ...event }));
  const { body } = await purser.post('/v1/usage', { events });
  expect(body).toMatchObject({ accepted: EVENTS.length, rejected: [] });
  const [early, late] = [await reserve(), await reserve()];
  await expire();
  const settlement = { usage: { inputTokens: 900, outputTokens: 100 } };
  expect((await purser.post(`/v1/reservations/${early}/settle`, settlement)).status).toBe(200);
  await correct('cached', '0.02');

  const month = periodAt('monthly', await purser.now(), 'UTC');
  await purser.post('/_local/clock', { advanceMs: month.endsAtMs - (await purser.now()) + DAY_MS });
  expect((await purser.post(`/v1/reservations/${late}/settle`, settlement)).status).toBe(200);
  await correct('batch', '0');
  await correct('frankfurt', '0.5');
  await purser.drain();

  const earlier = await exported(month.startsAtMs, month.endsAtMs);
  const later = await exported(month.endsAtMs, await purser.now());
  const rows = [...earlier.rows, ...later.rows];
  expect(brokenRules(rows)).toEqual([]);
  expect(rows.filter((row) => row['x_Requests'] === '1').length).toBeGreaterThan(REQUESTS / 2);
  expect(new Set(later.rows.map((row) => row['ChargeClass']))).toEqual(new Set(['Correction']));
  expect(later.rows.map((row) => row['BilledCost'])).toContain('-0.018821250');

  const total = formatUsd((parseUsd(earlier.billedUsd) ?? 0n) + (parseUsd(later.billedUsd) ?? 0n));
  expect(total).toBe(await ledgerUsd());
  const range = `from=${iso(month.startsAtMs)}&to=${iso(month.endsAtMs)}`;
  const report = await purser.get<{ totalUsd: string }>(`/v1/reports/costs?${range}`);
  // All of it was used in the first month, so that is where its report has it.
  expect(report.body.totalUsd).toBe(total);

  const meters = (eventId: string): (string | undefined)[] =>
    earlier.rows
      .filter((row) => row['ChargeDescription']?.endsWith(`request ${eventId}`) && row['SkuMeter'])
      .map((row) => `${row['ConsumedQuantity']} ${row['SkuMeter']}`);
  expect(meters('cached')).toEqual([
    '12345 Input Tokens',
    '678 Output Tokens',
    '9 Cache Read Tokens',
    '10 Five-Minute Cache Write Tokens',
    '30 One-Hour Cache Write Tokens',
  ]);
  expect(meters('searches')).toContain('3 Web Searches');
  expect(meters('images')).toEqual(['2 Images']);
  expect(meters('rerank')).toEqual(['1 Requests']);
  expect(meters('batch')).toEqual(['12345 Input Tokens', '678 Output Tokens']);
  const sellers = new Set(rows.map((row) => row['ProviderName']));
  for (const name of ['Amazon Web Services', 'Anthropic', 'OpenAI', 'Google']) {
    expect(sellers).toContain(name);
  }
});

test('FOCUS is refused with the reason where its rules do not hold', async () => {
  const refused = async (body: object): Promise<unknown> => {
    const answer = await purser.post('/v1/reports/exports', { format: 'focus', ...body });
    expect(answer.status).toBe(400);
    return answer.body['errors'];
  };
  expect(await refused({ groupBy: 'model' })).toEqual([
    { field: 'groupBy', message: expect.stringContaining('a sum mixes several') },
  ]);
  expect(await refused({ groupBy: 'record', timeZone: 'Asia/Tokyo' })).toEqual([
    { field: 'timeZone', message: expect.stringContaining('months in UTC') },
  ]);
});
