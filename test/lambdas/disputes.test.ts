import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { disputeRoutes } from '../../contracts/disputes.ts';
import { createHandler } from '../../lambdas/disputes/handler.ts';
import { createHandler as createGetReservation } from '../../lambdas/get-reservation/handler.ts';
import { createHandler as createSettle } from '../../lambdas/reserve/handler.ts';
import { chargeUsage } from '../../services/reservations/charge-usage.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { callOf } from '../support/call.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { MODEL, reservingOn } from '../support/reserving.ts';

const SETTLE = 'POST /v1/reservations/{id}/settle';
const usage = { inputTokens: 1_000, outputTokens: 200 };
const reason = { reason: 'looked at the bill' };

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let disputes: unknown;
let settle: unknown;
let get: unknown;

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
  const edge = {
    ...deps,
    now: () => NOON,
    sentKeys: stores(store.db).sentKeys,
    audit: stores(store.db).audit,
    disputes: stores(store.db).disputes,
  };
  disputes = createHandler(edge);
  settle = createSettle(edge);
  get = createGetReservation(edge);
});
afterAll(() => store.close());

async function reserved(organizationId: string): Promise<string> {
  const request = { system: 'relaycore', userId: 'ada', model: MODEL, inputTokens: 1_000 };
  const by = callOf(organizationId, NOON, `reserving-${Math.random()}`);
  const outcome = await createReservation(deps, by, request, undefined);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  return outcome.entry.entryId;
}

test('a disputed settlement is reported, listed in pages, resolved and logged', async () => {
  const organizationId = 'listed';
  const ids = [await reserved(organizationId), await reserved(organizationId)];
  for (const [position, id] of ids.entries()) {
    const body = { usage, actualCostUsd: '1000' };
    const actor = `stating-${position}`;
    const asked = { params: { id }, body, role: 'caller' as const, organizationId, actor };
    const { status, json } = await call(settle, SETTLE, asked);
    expect([status, json['settledUsd']]).toEqual([200, '1000.000000000']);
    expect(Number(json['disputedUsd'])).toBeGreaterThan(999);
    expect((await call(settle, SETTLE, asked)).json).toEqual(json);
    const shown = await call(get, 'GET /v1/reservations/{id}', { params: { id }, organizationId });
    expect(shown.json).toMatchObject({
      disputedUsd: json['disputedUsd'],
      deviations: ['above-price'],
    });
  }
  const list = async (query: Record<string, string>) =>
    (await call(disputes, 'GET /v1/disputes', { query, organizationId })).json;
  const first = await list({ limit: '1' });
  const second = await list({ limit: '1', cursor: String(first['nextCursor']) });
  const seen = [first, second].flatMap(({ items }) => items as { requestId: string }[]);
  expect(new Set(seen.map(({ requestId }) => requestId))).toEqual(new Set(ids));
  const { schema } = disputeRoutes.listDisputes.responses[200] ?? {};
  expect(schema?.safeParse(first).success).toBe(true);
  expect((await list({ keyId: 'stating-1' }))['items']).toMatchObject([{ requestId: ids[1] }]);
  expect((await list({ kind: 'late' }))['items']).toEqual([]);
  const others = await call(disputes, 'GET /v1/disputes', { organizationId: 'another' });
  expect(others.json['items']).toEqual([]);

  for (const [position, how] of (['confirm', 'reject'] as const).entries()) {
    const routeKey = `POST /v1/disputes/{id}/${how}`;
    const params = { id: ids[position] ?? '' };
    for (const role of ['viewer', 'caller'] as const) {
      const asked = { params, body: reason, role, organizationId };
      expect((await call(disputes, routeKey, asked)).status).toBe(403);
    }
    const foreign = { params, body: reason, organizationId: 'another' };
    expect((await call(disputes, routeKey, foreign)).status).toBe(404);
    const asked = { params, body: reason, organizationId };
    const { status, json } = await call(disputes, routeKey, asked);
    expect([status, json['previousUsd']]).toEqual([200, '1000.000000000']);
    expect(json['settledUsd'] === '1000.000000000').toBe(how === 'confirm');
    expect((await call(disputes, routeKey, asked)).json).toEqual(json);
  }
  expect((await list({}))['items']).toEqual([]);
  const { entries } = await stores(store.db).audit.list(organizationId, {}, { limit: 9 });
  expect(new Set(entries.map(({ action }) => action))).toEqual(
    new Set(['dispute.confirm', 'dispute.reject']),
  );
});

test('a disputed event is named by a path that ends it', async () => {
  const organizationId = 'events';
  const by = { ...callOf(organizationId, NOON), claimLimitUsdPerHour: 1 };
  const tokens = { inputTokens: 0, outputTokens: 1, cacheReadTokens: 0, cacheWriteTokens: 0 };
  const event = {
    eventId: 'a/b',
    at: NOON,
    system: 'Überwachung',
    userId: 'ada',
    model: MODEL,
    usage: tokens,
  };
  const price = 5_000_000_000_000_000n;
  const rate = {
    inputNanoUsdPerMillion: price,
    outputNanoUsdPerMillion: price,
    cacheReadNanoUsdPerMillion: price,
    cacheWriteNanoUsdPerMillion: price,
  };
  await chargeUsage(deps, by, [{ index: 0, event }], () => rate);
  const { json } = await call(disputes, 'GET /v1/disputes', { organizationId });
  const [item] = json['items'] as { disputeId: string; disputedUsd: string }[];
  expect(item).toMatchObject({
    requestId: 'a/b',
    kinds: ['claim-limit'],
    disputedUsd: '4.000000000',
  });
  const params = { id: item?.disputeId ?? '' };
  const ended = await call(disputes, 'POST /v1/disputes/{id}/reject', {
    params,
    body: reason,
    organizationId,
  });
  expect(ended.json).toMatchObject({ previousUsd: '5.000000000', settledUsd: '1.000000000' });
});

test('a key that may not state costs is told so, and settles by its usage', async () => {
  const organizationId = 'strict';
  const id = await reserved(organizationId);
  const limits = { mayStateCost: false };
  const asked = { params: { id }, organizationId, role: 'caller' as const, limits };
  const refused = await call(settle, SETTLE, { ...asked, body: { usage, actualCostUsd: '0' } });
  expect(refused.status).toBe(403);
  expect(refused.json['errors']).toMatchObject([{ field: 'actualCostUsd' }]);
  const { json } = await call(settle, SETTLE, { ...asked, body: { usage } });
  expect(json['settledUsd']).toBe('0.002000000');
});

test('the conduct of a key is shown and cleared', async () => {
  const params = { keyId: 'unknown-key' };
  const { json } = await call(disputes, 'GET /v1/conduct/{keyId}', { params });
  expect(json).toEqual({
    keyId: 'unknown-key',
    disputedUsd: '0.000000000',
    allowedDisputedUsd: '1.000000000',
    routes: [],
  });
  const routeKey = 'POST /v1/conduct/{keyId}/clear';
  expect((await call(disputes, routeKey, { params, body: reason })).json).toEqual(json);
  expect((await call(disputes, routeKey, { params, body: {} })).status).toBe(400);
});
