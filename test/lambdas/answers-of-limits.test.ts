import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { dayOf, quarterOf } from '../../domain/reporting/aggregates.ts';
import { aggregatePostings } from '../../services/reporting/aggregate-postings.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { createTokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createTokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { type Deployed, deployAll } from '../support/deployed.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { type Answer, call } from '../support/http-event.ts';
import { postingWith } from '../support/postings.ts';
import { MODEL } from '../support/reserving.ts';
import { silentTelemetry } from '../support/telemetry.ts';
import { rethrow } from '../support/nothing-apart.ts';

const BUDGET = '/v1/budgets/{scope}/{scopeId}/{period}';
const RESERVE = 'POST /v1/reservations';
const EXPORTS = 'POST /v1/reports/exports';
const ada = { scope: 'user', scopeId: 'ada' };
const daily = { ...ada, period: 'daily' };
const asked = { system: 'relaycore', userId: 'ada', model: MODEL };

let store: EmbeddedStore;
let deployed: Deployed;
let organizationId = '';
let organizations = 0;
beforeAll(async () => {
  store = await startEmbeddedStore();
  deployed = await deployAll(store);
});
beforeEach(() => {
  organizationId = `limits-${(organizations += 1)}`;
});
afterAll(async () => {
  await deployed.close();
  await store.close();
});

const ask = async (routeKey: string, request: object = {}): Promise<Answer> =>
  call(await deployed.handlerOf(routeKey), routeKey, { organizationId, ...request });

async function ok(routeKey: string, request: object = {}): Promise<Answer> {
  const answer = await ask(routeKey, request);
  expect(answer.status, `${routeKey}: ${answer.text}`).toBeLessThan(300);
  return answer;
}

describe('a refused reservation', () => {
  const body = { ...asked, inputTokens: 1_000, maxOutputTokens: 100 };

  test('says what it needs, what is left and when the budget resets', async () => {
    await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: '1000' } });
    const reservation = await ok(RESERVE, { body });
    const needed = String(reservation.headers['x-purser-cost-usd']);
    expect(Number(needed)).toBeGreaterThan(0);
    // The limit equals the first hold, so too little is left for the next.
    await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: needed } });
    const { status, json, headers } = await ask(RESERVE, { body });
    expect(status).toBe(429);
    const { json: budget } = await ok(`GET ${BUDGET}`, { params: daily });
    expect(json).toMatchObject({
      decision: 'reject',
      code: 'budget_exceeded',
      decidingBudgetId: 'user/ada/daily',
      neededUsd: needed,
      because: 'held',
      resetsAt: budget['resetsAt'],
      budget: { limitUsd: needed, availableUsd: '0.000000000' },
    });
    expect(headers).toMatchObject({
      'x-purser-decision': 'reject',
      'x-purser-needed-usd': needed,
      'x-should-retry': 'true',
    });
    // Nothing was spent.
    expect(headers).not.toHaveProperty('x-purser-cost-usd');
    // The hold of 900 seconds that was just made is the next one to end.
    expect(Number(headers['retry-after'])).toBeGreaterThan(800);
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(900);
    const reset = Date.parse(String(json['resetsAt']));
    expect(reset % 86_400_000).toBe(0);
    expect(reset - Date.now()).toBeLessThanOrEqual(86_400_000);
  });

  test('says to wait for the reset if the money is spent, but not too long for a timer', async () => {
    for (const period of ['daily', 'monthly']) {
      await ok(`PUT ${BUDGET}`, { params: { ...ada, period }, body: { limitUsd: '0.000000001' } });
      const { json, headers } = await ask(RESERVE, { body });
      expect(json['because']).toBe('spent');
      expect(headers['x-should-retry']).toBe('false');
      const seconds = Math.ceil((Date.parse(String(json['resetsAt'])) - Date.now()) / 1_000);
      const expected = Math.min(seconds, 2_147_483);
      expect(Math.abs(Number(headers['retry-after']) - expected)).toBeLessThanOrEqual(5);
      await ok(`DELETE ${BUDGET}`, { params: { ...ada, period } });
    }
    await ok(`PUT ${BUDGET}`, {
      params: { ...ada, period: 'total' },
      body: { limitUsd: '0.000000001' },
    });
    const { headers } = await ask(RESERVE, { body });
    expect(headers).toMatchObject({ 'x-should-retry': 'false' });
    expect(headers['retry-after']).toBeUndefined();
  });

  test('is taken where the budget has just what it needs, and refused a nano-dollar below', async () => {
    await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: '1000' } });
    const needed = String((await ok(RESERVE, { body })).headers['x-purser-cost-usd']);
    const nano = BigInt(needed.replace('.', ''));
    const limitOf = (limit: bigint): string =>
      `${limit / 10n ** 9n}.${String(limit % 10n ** 9n).padStart(9, '0')}`;
    await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: limitOf(2n * nano - 1n) } });
    expect((await ask(RESERVE, { body })).status).toBe(429);
    await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: limitOf(2n * nano) } });
    expect((await ask(RESERVE, { body })).status).toBe(201);
  });
});

test('a budget shows what was settled above its limit, and nothing while it is within it', async () => {
  await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: '5' } });
  expect((await ok(`GET ${BUDGET}`, { params: daily })).json).toMatchObject({
    overageUsd: '0.000000000',
  });
  const event = {
    ...asked,
    eventId: 'dear',
    at: new Date().toISOString(),
    usage: { inputTokens: 6_000_000, outputTokens: 0 },
  };
  await ok('POST /v1/usage', { body: { events: [event] } });
  const { json } = await ok(`GET ${BUDGET}`, { params: daily });
  expect(Number(json['settledUsd'])).toBeGreaterThan(5);
  expect(Number(json['overageUsd'])).toBeCloseTo(Number(json['settledUsd']) - 5, 9);
});

describe('a scope whose limits a person changes is looked at again at once', () => {
  const analytics = () => createTokenAnalyticsStore(store.db, ONE_SHARD);

  /** The scope's spend today was counted an hour ago, and nothing has changed since. */
  async function spentBefore(): Promise<void> {
    const nowMs = Date.now();
    await aggregatePostings(
      {
        usage: createTokenUsageStore(store.db, ONE_SHARD),
        learn: async () => {},
        suspend: rethrow,
        retentionDays: 400,
        telemetry: silentTelemetry(),
        now: () => nowMs - 3_600_000,
      },
      [postingWith({ organizationId, occurredAtMs: nowMs, postedAtMs: nowMs })],
    );
  }

  test.each<[what: string, change: () => Promise<unknown>]>([
    [
      'thresholds',
      () =>
        ok('PUT /v1/thresholds/{scope}/{scopeId}', {
          params: ada,
          body: { levels: [{ name: 'warning', amountUsd: '1', action: 'alert' }] },
        }),
    ],
    ['a budget', () => ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: '5' } })],
    [
      'the end of a budget',
      async () => {
        await ok(`PUT ${BUDGET}`, { params: daily, body: { limitUsd: '5' } });
        await ok(`DELETE ${BUDGET}`, { params: daily });
      },
    ],
  ])('by %s', async (_, change) => {
    await spentBefore();
    const changed = async () => {
      const now = Date.now();
      const days = [dayOf(now)];
      return analytics().listChanged(organizationId, ['user'], days, quarterOf(now - 900_000));
    };
    expect(await changed()).toEqual([]);
    await change();
    expect(await changed()).toMatchObject([{ dimension: 'user', value: 'ada' }]);
  });
});

describe('an export', () => {
  const range = { from: '2026-10-01T00:00:00Z', to: '2026-10-08T00:00:00Z' };

  test.each<[body: object, shown: string | undefined]>([
    [{ groupBy: 'user', granularity: 'hourly' }, 'hourly'],
    [{ groupBy: 'user', granularity: 'daily' }, 'daily'],
    [{ groupBy: 'user' }, 'total'],
    [{ groupBy: 'record', format: 'focus' }, undefined],
  ])('of %j is of granularity %s', async (body, granularity) => {
    const { json } = await ok(EXPORTS, { body: { ...range, ...body } });
    expect(json['granularity']).toBe(granularity);
    const kept = await ok('GET /v1/reports/exports/{exportId}', {
      params: { exportId: String(json['exportId']) },
    });
    expect(kept.json['granularity']).toBe(granularity);
  });

  test('of records takes no granularity', async () => {
    const body = { ...range, groupBy: 'record', granularity: 'daily' };
    expect((await ask(EXPORTS, { body })).status).toBe(400);
  });
});

describe('documented filters of usage', () => {
  const facts = {
    userId: 'grace',
    departmentId: 'sales',
    system: 'automatrix',
    model: 'amazon.nova-pro-v1:0',
    operation: 'rank',
  };

  test.each(Object.entries(facts))('take %s, and show what it names', async (name, value) => {
    const nowMs = Date.now() - 60_000;
    const posting = (over: object) =>
      postingWith({ organizationId, occurredAtMs: nowMs, postedAtMs: nowMs, ...over });
    await aggregatePostings(
      {
        usage: createTokenUsageStore(store.db, ONE_SHARD),
        learn: async () => {},
        suspend: rethrow,
        retentionDays: 400,
        telemetry: silentTelemetry(),
        now: () => nowMs,
      },
      [posting({}), posting({ [name]: value })],
    );
    expect((await ok('GET /v1/usage', {})).json['items']).toHaveLength(2);
    const { json } = await ok('GET /v1/usage', { query: { [name]: value } });
    expect(json['items']).toMatchObject([{ [name]: value }]);
  });
});
