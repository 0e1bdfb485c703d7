import { analyticsServices } from '../../composition/analytics.ts';
import { usageServices } from '../../composition/reporting.ts';
import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { analyticsRoutes } from '../../contracts/analytics.ts';
import { createHandler } from '../../lambdas/analytics/handler.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { tellLateChanges } from '../../services/late-changes.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { positionOf } from '../../tables/posting-position.ts';
import { tokenUsageTable } from '../../tables/token-usage/table.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON, onlySums, postingWith } from '../support/postings.ts';
import { silentTelemetry } from '../support/telemetry.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const DAYS = 21;
const PATTERNS = 'GET /v1/patterns';
const FORECASTS = 'GET /v1/forecasts';
const ANOMALIES = 'GET /v1/anomalies';
const STATS = 'GET /v1/cache/stats';
const INVALIDATE = 'POST /v1/cache/invalidate';
const NANO = 1_000_000n;

/** Two days ago, grace's requests used an expensive model for three hours. */
const JUMP_MS = NOON - 30 * 60_000 - 46 * HOUR_MS;

let store: EmbeddedStore;
let nowMs = NOON;
const telemetry = silentTelemetry();
let add: (postings: readonly Posting[]) => Promise<void>;
let askOnReplica: (routeKey: string) => ReturnType<typeof call>;
let ask: (routeKey: string, request?: Parameters<typeof call>[2]) => ReturnType<typeof call>;

beforeAll(async () => {
  store = await startEmbeddedStore();
  const { db } = store;
  const { usage, cache } = stores(db);
  const deps = { ...onlySums, now: () => nowMs, usage, retentionDays: 30, telemetry };
  add = async (postings) => {
    const { unrecorded } = await aggregatePostings(deps, postings);
    expect(unrecorded).toEqual([]);
    await tellLateChanges(cache, postings, nowMs);
  };
  const handlerOn = (readings: DynamoDb, version: string) =>
    createHandler({
      now: () => nowMs,
      telemetry,
      ...analyticsServices(db, { telemetry, version, entryShards: [] }),
      ...usageServices(readings, { entryShards: [] }),
    });
  const handler = handlerOn(db, '1');
  ask = (routeKey, request) => call(handler, routeKey, request);
  askOnReplica = (routeKey) => call(handlerOn(lagging(db), '2'), routeKey);
  await add(history());
});
afterAll(() => store.close());

/** A store in which only consistent reads see new writes. */
const lagging = (db: DynamoDb): DynamoDb => ({
  ...db,
  query: (request) => (request.consistent ? db.query(request) : Promise.resolve({ items: [] })),
  batchGet: (keys, options) =>
    options?.consistent ? db.batchGet(keys, options) : Promise.resolve(keys.map(() => undefined)),
});

/** One posting per hour from each of two users, more expensive by day. */
function history(): Posting[] {
  const startMs = NOON - 30 * 60_000 - DAYS * DAY_MS;
  return Array.from({ length: DAYS * 24 }, (_, hour) => {
    const occurredAtMs = startMs + hour * HOUR_MS + 60_000;
    const isDay = new Date(occurredAtMs).getUTCHours() >= 8;
    const amountNanoUsd = (isDay ? 1_000n : 200n) * NANO + BigInt((hour * 7_919) % 97) * NANO;
    const isJump = occurredAtMs >= JUMP_MS && occurredAtMs < JUMP_MS + 3 * HOUR_MS;
    return [
      postingWith({ occurredAtMs, amountNanoUsd }),
      postingWith({
        occurredAtMs,
        amountNanoUsd: isJump ? 40n * amountNanoUsd : amountNanoUsd,
        userId: 'grace',
        model: isJump ? 'anthropic.claude-opus-4-6' : 'amazon.nova-lite-v1:0',
      }),
    ];
  }).flat();
}

const valid = (
  route: { responses: Record<number, { schema?: { parse(value: unknown): unknown } }> },
  json: unknown,
) => route.responses[200]?.schema?.parse(json);

describe('answers that are kept', () => {
  test('use everything written before, never a lagging replica', async () => {
    for (const routeKey of [FORECASTS, PATTERNS]) {
      expect((await askOnReplica(routeKey)).json).toMatchObject({ historyDays: DAYS });
    }
    const [anomaly] = (await askOnReplica(ANOMALIES)).json['items'] as Record<string, unknown>[];
    expect(anomaly?.['explanation']).toMatchObject({ movers: expect.any(Array) });
  });
});

describe('forecasts', () => {
  test('say what the next days cost, how near they were, and when they begin', async () => {
    const { status, json } = await ask(FORECASTS, { role: 'viewer', query: { days: '3' } });
    expect(status).toBe(200);
    valid(analyticsRoutes.getForecast, json);
    expect(json).toMatchObject({ scope: 'organization', scopeId: 'acme', currency: 'USD' });
    const days = json['days'] as { day: string; expectedUsd: string }[];
    expect(days.map(({ day }) => day)).toEqual(['2026-11-21', '2026-11-22', '2026-11-23']);
    // Two users: 16 hours at about 1.05 USD, 8 at about 0.25.
    for (const { expectedUsd } of days) {
      expect(Number(expectedUsd)).toBeGreaterThan(33);
      expect(Number(expectedUsd)).toBeLessThan(43);
    }
    expect(json['historyDays']).toBe(DAYS);
  });

  test('say so if a user is unknown', async () => {
    const { status, json } = await ask(FORECASTS, { query: { scope: 'user', scopeId: 'nobody' } });
    expect(status).toBe(200);
    expect(json).toMatchObject({ reliable: false, uncertainty: 'short-history', accuracy: null });
    expect(json['total']).toMatchObject({ expectedUsd: '0.000000000' });
  });

  test.each<{ query: Record<string, string>; field: string }>([
    { query: { days: '0' }, field: 'days' },
    { query: { days: '32' }, field: 'days' },
    { query: { days: '1e1' }, field: 'days' },
    { query: { scope: 'user' }, field: 'scopeId' },
    { query: { scope: 'organization', scopeId: 'other' }, field: 'scopeId' },
    { query: { scope: 'planet', scopeId: 'x' }, field: 'scope' },
  ])('refuse $query', async ({ query, field }) => {
    const { status, json } = await ask(FORECASTS, { query });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field }]);
  });
});

describe('patterns', () => {
  test('are named with evidence', async () => {
    const { status, json } = await ask(PATTERNS, { query: { scope: 'user', scopeId: 'ada' } });
    expect(status).toBe(200);
    valid(analyticsRoutes.getPattern, json);
    expect(json).toMatchObject({ pattern: 'steady', scopeId: 'ada', historyDays: DAYS });
    // 21 days end on November 20: two reviews, the second a week after the first.
    expect(json).toMatchObject({
      since: '2026-11-13',
      challenger: null,
      suggested: 'steady',
      history: [{ pattern: 'steady', since: '2026-11-13', reason: 'first', evidence: null }],
    });
  });

  test('have no names in their first two weeks', async () => {
    const { json } = await ask(PATTERNS, { query: { scope: 'user', scopeId: 'nobody' } });
    valid(analyticsRoutes.getPattern, json);
    expect(json).toMatchObject({ pattern: 'steady', since: null, history: [], confidence: 0 });
  });
});

describe('anomalies', () => {
  test('are found and explained: who moved, and whether price, volume, mix or size', async () => {
    const { status, json } = await ask(ANOMALIES);
    expect(status).toBe(200);
    valid(analyticsRoutes.listAnomalies, json);
    const items = json['items'] as Record<string, unknown>[];
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({ direction: 'above' });
    const from = Date.parse(String(items[0]?.['from']));
    expect(from - JUMP_MS).toBeLessThanOrEqual(HOUR_MS);
    expect(from).toBeGreaterThanOrEqual(JUMP_MS);
    const explanation = items[0]?.['explanation'] as Record<string, unknown>;
    expect(explanation['cause']).toBe('mix');
    const movers = explanation['movers'] as { dimension: string; value: string }[];
    expect(movers).toContainEqual(expect.objectContaining({ dimension: 'user', value: 'grace' }));
    expect(movers).toContainEqual(
      expect.objectContaining({ dimension: 'model', value: 'anthropic.claude-opus-4-6' }),
    );
    const nano = (name: string): bigint => BigInt(String(explanation[name]).replace('.', ''));
    expect(
      nano('volumeUsd') + nano('mixUsd') + nano('sizeUsd') + nano('tokenMixUsd') + nano('priceUsd'),
    ).toBe(nano('differenceUsd'));
  });

  test('of one user are found by the user alone, and explained by what the user did', async () => {
    const graces = await ask(ANOMALIES, { query: { scope: 'user', scopeId: 'grace' } });
    const adas = await ask(ANOMALIES, { query: { scope: 'user', scopeId: 'ada' } });
    expect(graces.json['items']).toMatchObject([{ explanation: { cause: 'mix' } }]);
    const [{ explanation } = { explanation: { movers: [] } }] = graces.json['items'] as {
      explanation: { movers: { dimension: string; value: string }[] };
    }[];
    expect(explanation.movers.map(({ dimension, value }) => [dimension, value])).toEqual([
      ['model', 'anthropic.claude-opus-4-6'],
    ]);
    expect(adas.json['items']).toEqual([]);
  });

  test('whose usage records are no longer kept are explained by their sums', async () => {
    const organizationId = 'aged';
    const all = history().map((posting) => ({ ...posting, organizationId }));
    const postings = all.filter(({ userId }) => userId === 'grace');
    await add(postings);
    const aged = postings.flatMap((posting) => {
      if (posting.occurredAtMs >= JUMP_MS) return [];
      const sk = positionOf(posting);
      const key = { pk: `aged#${sk.slice(0, 13)}`, sk };
      return [{ kind: 'delete' as const, table: tokenUsageTable.name, key }];
    });
    for (let from = 0; from < aged.length; from += 100) {
      expect(await store.db.transact(aged.slice(from, from + 100))).toEqual({ ok: true });
    }
    const query = { scope: 'user', scopeId: 'grace' };
    const { json } = await ask(ANOMALIES, { organizationId, query });
    expect(json['items']).toMatchObject([{ explanation: { mixUsd: '0.000000000', movers: [] } }]);
  }, 120_000);

  test('of another organization are not shown', async () => {
    const { json } = await ask(ANOMALIES, { organizationId: 'other' });
    expect(json['items']).toEqual([]);
  });

  test.each<{ query: Record<string, string> }>([
    { query: { from: '2026-01-01', to: '2026-11-01' } },
    { query: { from: '2026-11-21T12:00:00Z' } },
  ])('refuse $query', async ({ query }) => {
    const { status, json } = await ask(ANOMALIES, { query });
    expect(status).toBe(400);
    expect(json['errors']).toMatchObject([{ field: 'from' }]);
  });
});

describe('a forecast of today', () => {
  test('is never below what is spent, goes on as days do, and moves the sum by as much', async () => {
    const organizationId = 'today';
    const forecast = async () => (await ask(FORECASTS, { organizationId })).json;
    const spent = (occurredAtMs: number, amountNanoUsd: bigint) =>
      add([postingWith({ organizationId, occurredAtMs, amountNanoUsd })]);
    await spent(NOON - DAY_MS, 2_000_000_000n);
    await spent(NOON, 1_000_000_000n);
    const before = await forecast();
    expect(before).toMatchObject({
      spentTodayUsd: '1.000000000',
      days: [{ expectedUsd: '2.000000000', low95Usd: '1.000000000' }, {}, {}, {}, {}, {}, {}],
      total: { expectedUsd: '14.000000000' },
    });
    await spent(NOON, 9_000_000_000n);
    const after = await forecast();
    valid(analyticsRoutes.getForecast, after);
    const [today, tomorrow] = after['days'] as Record<string, string>[];
    // A day usually costs 2, and 11.5 of its 24 hours remain.
    expect(today).toMatchObject({ expectedUsd: '10.958333333' });
    expect(Number(today?.['low95Usd'])).toBeGreaterThan(10);
    expect(Number(today?.['high95Usd'])).toBeGreaterThan(11);
    expect(tomorrow?.['expectedUsd']).toBe('2.000000000');
    expect(after['total']).toMatchObject({ expectedUsd: '22.958333333' });
    const [high, wasHigh] = [after, before].map(({ total }) =>
      Number((total as Record<string, string>)['high95Usd']),
    );
    expect((high ?? 0) - (wasHigh ?? 0)).toBeCloseTo(8.958333, 5);
  });
});

describe('the cache of analytics', () => {
  const organizationId = 'cached';
  const spent = (facts: Partial<Posting>): Posting => postingWith({ organizationId, ...facts });
  const totalOf = async (): Promise<unknown> => {
    const { json } = await ask(FORECASTS, { organizationId });
    return (json['total'] as Record<string, unknown>)['expectedUsd'];
  };
  const counts = async () => (await ask(STATS, { organizationId, role: 'viewer' })).json;

  test('answers until sums that were over change, a day ends, or somebody asks for it', async () => {
    const none = { hits: 0, misses: 0, hitRate: null };
    const responses = { ...none, savedUsd: '0.000000000' };
    expect(await counts()).toEqual({ from: '2026-11-15', ...none, responses });
    const yesterday = NOON - DAY_MS;
    await add([spent({ occurredAtMs: yesterday, amountNanoUsd: 2_000_000_000n })]);
    expect(await totalOf()).toBe('14.000000000');
    expect(await totalOf()).toBe('14.000000000');
    expect(await counts()).toMatchObject({ hits: 1, misses: 1, hitRate: 0.5 });

    await add([spent({ occurredAtMs: NOON, amountNanoUsd: 900_000_000_000n })]);
    expect(await totalOf()).toBe('912.958333333');
    expect(await counts()).toMatchObject({ hits: 2, misses: 1 });

    await add([spent({ occurredAtMs: yesterday, amountNanoUsd: 1_000_000_000n })]);
    expect(await totalOf()).toBe('919.437500000');
    expect(await counts()).toMatchObject({ hits: 2, misses: 2 });

    const refused = await ask(INVALIDATE, { organizationId, role: 'viewer' });
    expect(refused.status).toBe(403);
    const done = await ask(INVALIDATE, { organizationId, role: 'operator' });
    expect(done.json).toEqual({ invalidatedAt: '2026-11-21T12:30:00.000Z', removedAnswers: 0 });
    expect(await totalOf()).toBe('919.437500000');
    expect(await counts()).toMatchObject({ hits: 2, misses: 3 });
    const { entries } = await stores(store.db).audit.list(organizationId, {}, { limit: 5 });
    expect(new Set(entries.map(({ action, target }) => `${action} ${target}`))).toEqual(
      new Set(['response-cache.invalidate *', 'analytics-cache.invalidate all']),
    );

    nowMs = NOON + DAY_MS;
    expect(Number(await totalOf())).not.toBe(919.4375);
    nowMs = NOON;
  });

  test('is shared between processes, and emits metrics', async () => {
    const { cached } = analyticsServices(store.db, { telemetry, version: '1', entryShards: [] });
    const question = { organizationId: 'shared', key: 'k', sums: 'hours', nowMs: NOON } as const;
    const { cached: other } = analyticsServices(store.db, {
      telemetry,
      version: '1',
      entryShards: [],
    });
    expect(await cached.answer(question, async () => ({ made: 'once' }))).toEqual({ made: 'once' });
    expect(await other.answer(question, async () => ({ made: 'again' }))).toEqual({ made: 'once' });
    const { cached: deployed } = analyticsServices(store.db, {
      telemetry,
      version: '2',
      entryShards: [],
    });
    expect(await deployed.answer(question, async () => ({ made: 'by 2' }))).toEqual({
      made: 'by 2',
    });
    const later = { ...question, nowMs: NOON + HOUR_MS };
    expect(await other.answer(later, async () => ({ made: 'again' }))).toEqual({ made: 'again' });
    const told = telemetry.metrics.map(({ name }) => name);
    expect(told).toContain('AnalyticsCacheHits');
    expect(told).toContain('AnalyticsCacheMisses');
  });
});
