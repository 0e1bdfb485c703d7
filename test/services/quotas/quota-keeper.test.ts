import { stores } from '../../../composition/stores.ts';
import type { Context } from 'aws-lambda';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { defineRoute } from '../../../contracts/route.ts';
import type { Caller } from '../../../domain/access/caller.ts';
import { createHttpHandler, endpoint } from '../../../lambdas/edge/http-handler.ts';
import { createQuotaKeeper, type QuotaKeeper } from '../../../services/quotas/quota-keeper.ts';
import { StoreUnavailableError } from '../../../tables/dynamodb.ts';
import { type QuotaStore } from '../../../tables/quotas.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../../support/embedded-store.ts';
import { callUnpublished, httpEvent } from '../../support/http-event.ts';
import { silentTelemetry } from '../../support/telemetry.ts';

const NOON = Date.parse('2026-11-21T12:00:00Z');

let store: EmbeddedStore;
let quotas: QuotaStore;
let nowMs = NOON;
let organizations = 0;
let organizationId = '';

beforeAll(async () => {
  store = await startEmbeddedStore();
  quotas = stores(store.db).quotas;
});
beforeEach(() => {
  organizationId = `org${(organizations += 1)}`;
  // The windows of other tests are over.
  nowMs += 60_000;
});
afterAll(() => store.close());

const keeper = (capacityPerSecond = Infinity, from: QuotaStore = quotas): QuotaKeeper =>
  createQuotaKeeper({
    store: from,
    telemetry: silentTelemetry(),
    now: () => nowMs,
    capacityPerSecond,
  });

const callerOf = (over: Partial<Caller> = {}): Caller => ({
  organizationId,
  actor: 'key-1',
  role: 'caller',
  ...over,
});

/** Sends requests evenly over several seconds, alternating processes. @returns how many passed */
async function send(
  processes: QuotaKeeper[],
  caller: Caller,
  { perSecond, seconds }: { perSecond: number; seconds: number },
): Promise<number> {
  const startMs = nowMs;
  let admitted = 0;
  for (let sent = 0; sent < perSecond * seconds; sent += 1) {
    nowMs = startMs + Math.floor((sent * 1_000) / perSecond);
    const { refused } = (await processes[sent % processes.length]?.admit(caller, 'spend')) ?? {};
    if (!refused) admitted += 1;
  }
  nowMs = startMs + seconds * 1_000;
  return admitted;
}

describe('the quota of a credential', () => {
  it('costs an occasional caller no unit, and a busy one two writes for 50 requests', async () => {
    store.takeConsumed();
    const slow = keeper(2_000);
    expect(await send([slow], callerOf(), { perSecond: 2, seconds: 60 })).toBe(120);
    expect(store.takeConsumed()).toEqual({ readUnits: 0, writeUnits: 0 });

    const busy = callerOf({ actor: 'busy' });
    expect(await send([keeper(2_000)], busy, { perSecond: 100, seconds: 10 })).toBe(1_000);
    // The pocket covers 20 requests and 2 per second; each of the two windows reads the previous
    // one.
    expect(store.takeConsumed()).toEqual({ readUnits: 1, writeUnits: 40 });
  });

  it('admits a flood of one key at its rate, across any number of processes', async () => {
    const processes = Array.from({ length: 3 }, () => keeper());
    store.takeConsumed();
    const admitted = await send(processes, callerOf(), { perSecond: 300, seconds: 10 });
    // Burst and rate, plus each process's pocket.
    expect(admitted).toBeLessThanOrEqual(400 + 10 * 200 + 3 * (20 + 10 * 2));
    expect(admitted).toBeGreaterThanOrEqual(400 + 9 * 200);
    // The flood itself is cheap: blocks of 50, and one read per quarter second.
    expect(store.takeConsumed().writeUnits).toBeLessThan(200);
    // The organization's other key is unaffected.
    const other = callerOf({ actor: 'key-2' });
    expect(await send(processes, other, { perSecond: 100, seconds: 1 })).toBe(100);
  });

  it('is its own where it has one, and says when to come back', async () => {
    const limited = callerOf({ requestsPerSecond: 2 });
    const process = keeper();
    expect(await send([process], limited, { perSecond: 100, seconds: 1 })).toBe(4 + 1);
    nowMs += 10_000;
    for (let sent = 0; sent < 4; sent += 1) await process.admit(limited, 'spend');
    expect(await process.admit(limited, 'spend')).toEqual({
      rate: { perSecond: 2, burst: 4 },
      remaining: 0,
      refused: { afterMs: 500, because: 'credential' },
    });
    // Reads have a separate bucket.
    expect((await process.admit(limited, 'read')).refused).toBeUndefined();
  });

  it('lets concurrent requests share one lease', async () => {
    const process = keeper();
    const all = Array.from({ length: 600 }, () => process.admit(callerOf(), 'spend'));
    const admitted = (await Promise.all(all)).filter(({ refused }) => !refused);
    expect(admitted).toHaveLength(420);
  });
});

describe('the share of an organization', () => {
  it('protects other organizations when many keys of one flood', async () => {
    const process = keeper(100);
    const flood = Array.from({ length: 6 }, (_, nth) => callerOf({ actor: `key-${nth}` }));
    const quiet = callerOf({ organizationId: `${organizationId}-quiet` });
    const startMs = nowMs;
    let flooded = 0;
    let refusedQuiet = 0;
    for (let second = 0; second < 30; second += 1) {
      nowMs = startMs + second * 1_000;
      for (const caller of flood) {
        for (let sent = 0; sent < 50; sent += 1) {
          if (!(await process.admit(caller, 'spend')).refused) flooded += 1;
        }
      }
      // An equal share of the capacity is 50 per second.
      for (let sent = 0; sent < 30; sent += 1) {
        if ((await process.admit(quiet, 'spend')).refused) refusedQuiet += 1;
      }
    }
    expect(refusedQuiet).toBe(0);
    // The full capacity in the first window, then what the other leaves, plus the pockets.
    expect(flooded).toBeLessThan(30 * 100 + 6 * (20 + 30 * 2));
    expect(flooded).toBeGreaterThan(30 * 50);
  });
});

describe('a store that does not answer', () => {
  it('refuses nobody, and is not asked for every request', async () => {
    let asked = 0;
    const silent: QuotaStore = {
      ...quotas,
      take() {
        asked += 1;
        return Promise.reject(new StoreUnavailableError('down'));
      },
    };
    const process = keeper(2_000, silent);
    expect(await send([process], callerOf(), { perSecond: 1_000, seconds: 10 })).toBe(10_000);
    expect(asked).toBeLessThanOrEqual(3);
  });
});

describe('over HTTP', () => {
  it('answers 429 to every request of a credential that is not looked up', async () => {
    const handler = createHttpHandler({ now: () => nowMs, telemetry: silentTelemetry() }, [
      endpoint(route, () => Promise.resolve({ status: 200, body: {} })),
    ]);
    const event = httpEvent('POST /v1/things');
    event.requestContext.authorizer = { lambda: { strange: 'true' } };
    expect(await handler(event, {} as Context)).toMatchObject({
      statusCode: 429,
      headers: { 'content-type': 'application/problem+json', 'retry-after': '60' },
    });
  });

  const route = defineRoute({
    method: 'POST',
    path: '/v1/things',
    summary: 'Makes a thing',
    roles: ['caller', 'admin'],
    access: { subject: 'none' },
    responses: { 200: { description: 'Made', schema: z.object({}) } },
  });

  it('states the quota in every answer, and refuses with the seconds to wait', async () => {
    let answers = 0;
    const handler = createHttpHandler(
      { now: () => nowMs, telemetry: silentTelemetry(), quotas: keeper() },
      [
        endpoint(route, () => {
          answers += 1;
          return Promise.resolve({ status: 200, body: {} });
        }),
      ],
    );
    const sendOne = () => callUnpublished(handler, 'POST /v1/things', { organizationId });
    expect((await sendOne()).headers).toMatchObject({
      'ratelimit-policy': '"spend";q=400;w=2',
      ratelimit: '"spend";r=400;t=2',
    });
    const all = await Promise.all(Array.from({ length: 500 }, sendOne));
    const refused = all.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(501 - 420);
    expect(answers).toBe(420);
    expect(refused[0]).toMatchObject({
      contentType: 'application/problem+json',
      headers: {
        'retry-after': '1',
        'x-should-retry': 'true',
        ratelimit: '"spend";r=0;t=1',
      },
      json: {
        type: 'https://purser.dev/problems/rate-limited',
        routeClass: 'spend',
        limitPerSecond: 200,
        retryAfterSeconds: 1,
      },
    });
  });
});
