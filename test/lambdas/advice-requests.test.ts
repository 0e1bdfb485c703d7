import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Posting } from '../../domain/ledger/posting.ts';
import { costOf } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import type { TokenUsage } from '../../domain/token-usage.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON, postingWith } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const DAY_MS = 86_400_000;
const OPUS = 'us.anthropic.claude-opus-5-5';
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';
const US_SONNET = 'us.anthropic.claude-sonnet-5';
const NOVA = 'amazon.nova-pro-v1:0';
const SONNET = 'us.anthropic.claude-sonnet-5';
const READING = {
  inputTokens: 600,
  outputTokens: 200,
  cacheReadTokens: 3_000,
  cacheWriteTokens: 0,
};
const WRITING = {
  inputTokens: 600,
  outputTokens: 200,
  cacheReadTokens: 0,
  cacheWriteTokens: 3_000,
};
const PLAIN = { inputTokens: 600, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };

type Item = {
  kind: string;
  title: string;
  request?: { method: string; path: string; body: Record<string, unknown> };
};

type Valued = {
  title: string;
  isQuestion: boolean;
  group?: { id: string; netSavingUsdPerMonth: string };
  saving?: { costUsdPerMonth: string; mostUsdPerMonth: string; percent: number };
};

let store: EmbeddedStore;
let deployed: Deployed;
let items: Item[];

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  store = await startEmbeddedStore();
  deployed = await deployAll(store, silentTelemetry());
  await spend(OPUS, { operation: 'chat' }, (index) => (index % 2 === 0 ? {} : { model: HAIKU }));
  await spend(NOVA, { operation: 'digest', traits: { urgency: 'deferred' } });
  await spend(NOVA, { operation: 'short', maxOutputTokens: 8_000 });
  await spend(SONNET, { operation: 'faq' }, (index, day) => ({
    usage: day < -4 ? READING : WRITING,
    traits: { prefix: { hash: `prefix-${day < -4 ? 0 : index}`, tokens: 3_000 } },
  }));
  await send('PUT', '/v1/budgets/system/relaycore/monthly', {
    limitUsd: '9000',
    thresholds: [{ name: 'warning', percent: 80, action: 'alert' }],
  });
  await send('PUT', '/v1/thresholds/user/ada', {
    levels: [
      { name: 'warning', amountUsd: '0.1', action: 'alert' },
      { name: 'critical', amountUsd: '0.2', action: 'throttle', tier: 2, spares: 'high' },
      { name: 'emergency', amountUsd: '900', action: 'shutdown' },
      { name: 'warning', amountUsd: '40', period: 'monthly', action: 'alert' },
    ],
  });
  await send('PUT', '/v1/budgets/model/amazon.nova-pro/daily', {
    limitUsd: '900',
    enforcement: 'enforce',
  });
  await send('PUT', '/v1/thresholds/model/amazon.nova-pro', {
    levels: [
      { name: 'warning', amountUsd: '900', action: 'alert' },
      { name: 'critical', amountUsd: '7000', period: 'weekly', action: 'alert' },
    ],
  });
  await spend(US_SONNET, { operation: 'placed' });
  await send('PUT', '/v1/settings/advice', { places: ['global'] });
  const { json } = await send('GET', '/v1/recommendations', undefined, { limit: '100' });
  items = json['items'] as Item[];
});
afterAll(async () => {
  await deployed.close();
  await store.close();
  vi.useRealTimers();
});

/** Sixty requests on each of the last eight days, graded as equally good. */
async function spend(
  model: string,
  facts: Partial<Posting>,
  each: (index: number, day: number) => Partial<Posting> = () => ({}),
): Promise<void> {
  const priceOf = (name: string, usage: TokenUsage): bigint => {
    const resolved = resolveRate({ model: name, atMs: NOON });
    if (!resolved.ok) throw new Error(resolved.reason);
    return costOf(usage, resolved.rate);
  };
  const records = createTokenUsageStore(store.db, ONE_SHARD);
  for (const day of [-8, -7, -6, -5, -4, -3, -2, -1]) {
    const postings = Array.from({ length: 60 }, (_, index) => {
      const own = { model, usage: PLAIN, ...facts, ...each(index, day) };
      return postingWith({
        amountNanoUsd: priceOf(own.model, own.usage),
        occurredAtMs: NOON + day * DAY_MS + index * 240_000 - 300 * 60_000,
        quality: 1,
        ...own,
      });
    });
    expect((await records.record(postings, 400, NOON)).kind).toBe('recorded');
  }
}

const ROUTES = [
  /^\/v1\/(?<first>budgets)\/(?<scope>[^/]+)\/(?<scopeId>[^/]+)\/(?<period>[^/]+)$/,
  /^\/v1\/(?<first>thresholds)\/(?<scope>[^/]+)\/(?<scopeId>[^/]+)$/,
];

/** Sends a request by its path, as a client does. */
async function send(
  method: string,
  path: string,
  body?: Record<string, unknown>,
  query?: Record<string, string>,
) {
  const groups = ROUTES.map((pattern) => pattern.exec(path)?.groups).find(Boolean);
  const { first = '', ...encoded } = groups ?? {};
  const params = Object.fromEntries(
    Object.entries(encoded).map(([name, text]) => [name, decodeURIComponent(text ?? '')]),
  );
  const names = Object.keys(params).map((name) => `{${name}}`);
  const routeKey = `${method} ${groups ? ['', 'v1', first, ...names].join('/') : path}`;
  return call(await deployed.handlerOf(routeKey), routeKey, { params, body, query });
}

const requestOf = (pattern: RegExp): NonNullable<Item['request']> =>
  items.find(({ title }) => pattern.test(title))?.request ??
  expect.unreachable(items.map(({ title }) => title).join('\n'));

async function carryOut(pattern: RegExp) {
  const { method, path, body } = requestOf(pattern);
  return send(method, path, body);
}

test('every request of advice is taken as it is', async () => {
  const requests = items.filter(({ request }) => request);
  expect(requests.length).toBeGreaterThan(5);
  const refused: string[] = [];
  for (const { title, request } of requests) {
    if (!request) continue;
    const { status, text } = await send(request.method, request.path, request.body);
    if (status >= 300) refused.push(`${title}: ${status} ${text}`);
  }
  expect(refused).toEqual([]);
});

test('all advice together saves what its routes save, and never more than they cost', async () => {
  const list = async (query: Record<string, string>) => {
    const { json } = await send('GET', '/v1/recommendations', undefined, query);
    return json as { items: Valued[]; netSavingUsdPerMonth: string };
  };
  const { items: all, netSavingUsdPerMonth } = await list({ limit: '100' });
  const claims = all.filter(({ isQuestion, group }) => !isQuestion && group);
  const nets = new Map(claims.map(({ group }) => [group?.id, Number(group?.netSavingUsdPerMonth)]));
  expect(nets.size).toBeGreaterThan(1);
  const total = [...nets.values()].reduce((sum, net) => sum + net, 0);
  expect(Number(netSavingUsdPerMonth)).toBeCloseTo(total, 8);
  expect((await list({ limit: '1' })).netSavingUsdPerMonth).toBe(netSavingUsdPerMonth);
  for (const { title, saving } of claims) {
    const { costUsdPerMonth = '0', mostUsdPerMonth = '1', percent = 101 } = saving ?? {};
    expect(Number(mostUsdPerMonth)).toBeLessThanOrEqual(Number(costUsdPerMonth));
    expect(percent).toBeLessThanOrEqual(100);
    expect(title).toContain(`of $${Number(costUsdPerMonth).toFixed(2)} a month (`);
  }
});

test('the request of another model reserves with that model', async () => {
  const { json } = await carryOut(/^Serve relaycore\/chat with us\.anthropic\.claude-haiku/);
  expect(json).toMatchObject({ model: HAIKU });
});

test('the request that brings a lost cache back tells the prefix that requests share', () => {
  expect(requestOf(/^Cache reads of relaycore\/faq .* fell from 83 % to 0 %/).body).toMatchObject({
    operation: 'faq',
    prefix: { tokens: 3_000 },
  });
});

test('the request of a cheaper tier reserves at its price', async () => {
  const { body } = requestOf(/flex tier/);
  const standard = await send('POST', '/v1/reservations', { ...body, serviceTier: 'standard' });
  const flex = await carryOut(/flex tier/);
  const expectedOf = ({ json }: typeof flex): number =>
    Number((json['prediction'] as { expectedCostUsd: string }).expectedCostUsd);
  expect(expectedOf(flex)).toBeCloseTo(expectedOf(standard) / 2, 6);
});

test('the request of a limit changes it and keeps the rest', async () => {
  await carryOut(/monthly budget of system relaycore/);
  const budget = await send('GET', '/v1/budgets/system/relaycore/monthly');
  expect(Number(budget.json['limitUsd'])).toBeLessThan(100);
  const levels = await send('GET', '/v1/thresholds/system/relaycore');
  expect(levels.json['levels']).toContainEqual(
    expect.objectContaining({ name: 'warning', percent: 80, period: 'monthly' }),
  );
});

test('the request of a threshold keeps the other levels, the shutdown among them', async () => {
  await carryOut(/daily thresholds of user ada/);
  const { json } = await send('GET', '/v1/thresholds/user/ada');
  const levels = json['levels'] as { name: string; period: string; amountUsd: string }[];
  expect(levels.filter(({ period }) => period === 'daily')).toMatchObject([
    { name: 'warning', action: 'alert' },
    { name: 'critical', action: 'throttle', tier: 2, spares: 'high' },
    { name: 'emergency', action: 'shutdown', amountUsd: '900.000000000' },
  ]);
  expect(levels).toContainEqual(
    expect.objectContaining({ period: 'monthly', amountUsd: '40.000000000' }),
  );
});

test('the request of another place reserves there', async () => {
  const { json } = await carryOut(/^Move relaycore\/placed from us to any region/);
  expect(json).toMatchObject({ model: 'global.anthropic.claude-sonnet-5' });
});

test('the requests of limits of a model change them, by what all its forms spent', async () => {
  await carryOut(/^Lower the daily budget of model amazon\.nova-pro/);
  await carryOut(/^Lower the daily thresholds of model amazon\.nova-pro/);
  const budget = await send('GET', '/v1/budgets/model/amazon.nova-pro/daily');
  expect(Number(budget.json['limitUsd'])).toBeLessThan(10);
  const { json } = await send('GET', '/v1/thresholds/model/amazon.nova-pro');
  expect(json['levels']).toMatchObject([
    { name: 'warning', period: 'daily', amountUsd: expect.stringMatching(/^0\./) },
    { name: 'critical', period: 'weekly', amountUsd: '7000.000000000' },
  ]);
});

test('a model that its budget forbids, and a place that routing forbids, are not advised', async () => {
  await send('PUT', '/v1/budgets/model/anthropic.claude-haiku-4-5/daily', {
    limitUsd: '0',
    enforcement: 'enforce',
  });
  await send('PUT', '/v1/settings/routing', { regions: ['us-east-1'] });
  await deployed.run('advise');
  const { json } = await send('GET', '/v1/recommendations', undefined, { limit: '100' });
  const titles = (json['items'] as Item[]).map(({ title }) => title);
  expect(titles).not.toEqual([]);
  expect(
    titles.filter((title) => /^(?:Serve|Could) .*claude-haiku|any region/.test(title)),
  ).toEqual([]);
});

test('a provider that sells nothing is refused by name', async () => {
  const { status, json } = await send('PUT', '/v1/settings/advice', {
    providers: ['OpenAI', 'Opnai'],
  });
  expect(status).toBe(400);
  expect(json).toMatchObject({
    errors: [{ field: 'providers[1]', message: expect.stringMatching(/Amazon Bedrock.*OpenAI/) }],
  });
});
