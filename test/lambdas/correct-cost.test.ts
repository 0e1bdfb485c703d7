import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { correctionRoutes } from '../../contracts/corrections.ts';
import { createHandler } from '../../lambdas/correct-cost/handler.ts';
import { createHandler as createGetReservation } from '../../lambdas/get-reservation/handler.ts';
import { createReservation } from '../../services/reservations/create-reservation.ts';
import { settleReservation } from '../../services/reservations/settle-reservation.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { MODEL, reservingOn } from '../support/reserving.ts';
import { callOf } from '../support/call.ts';

const RESERVATION = 'POST /v1/reservations/{id}/corrections';
const USAGE = 'POST /v1/usage/{eventId}/corrections';
const body = { correctionId: 'refund-1', actualCostUsd: '0.0005', reason: 'refunded' };

let store: EmbeddedStore;
let deps: ReturnType<typeof reservingOn>;
let handler: unknown;
let id = '';

beforeAll(async () => {
  store = await startEmbeddedStore();
  deps = reservingOn(store.db);
  handler = createHandler({
    ...deps,
    now: () => NOON,
    sentKeys: stores(store.db).sentKeys,
    audit: stores(store.db).audit,
  });
});
beforeEach(async () => {
  const request = { system: 'relaycore', userId: 'ada', model: MODEL, inputTokens: 1_000 };
  const outcome = await createReservation(deps, callOf('acme', NOON), request, undefined);
  if (outcome.kind !== 'reserved') throw new Error('rejected');
  id = outcome.entry.entryId;
  const usage = { inputTokens: 1_000, outputTokens: 200, cacheReadTokens: 0, cacheWriteTokens: 0 };
  await settleReservation(deps, outcome.entry, { usage }, { nowMs: NOON });
});
afterAll(() => store.close());

describe('a correction', () => {
  test('returns the old and new cost, also when repeated, and is shown with its reservation', async () => {
    const { status, json } = await call(handler, RESERVATION, { params: { id }, body });
    expect(status).toBe(200);
    expect(json).toEqual({
      reservationId: id,
      correctionId: 'refund-1',
      previousUsd: '0.002000000',
      settledUsd: '0.000500000',
      refundedUsd: '0.001500000',
      addedUsd: '0.000000000',
      reason: 'refunded',
      correctedAt: '2026-11-21T12:30:00.000Z',
    });
    const { schema } = correctionRoutes.correctReservation.responses[200] ?? {};
    expect(schema?.safeParse(json).success).toBe(true);
    const more = { ...body, correctionId: 'more', actualCostUsd: '0.5' };
    expect((await call(handler, RESERVATION, { params: { id }, body: more })).json).toMatchObject({
      refundedUsd: '0.000000000',
      addedUsd: '0.499500000',
    });
    expect((await call(handler, RESERVATION, { params: { id }, body })).json).toEqual(json);
    const get = createGetReservation({ ...deps, now: () => NOON });
    const shown = await call(get, 'GET /v1/reservations/{id}', { params: { id } });
    const { reservationId, ...first } = json;
    expect(shown.json).toMatchObject({
      reservationId,
      state: 'settled',
      settledUsd: '0.500000000',
      corrections: [first, { correctionId: 'more' }],
    });
  });

  test('is for operators and admins', async () => {
    for (const role of ['viewer', 'caller'] as const) {
      const refused = await call(handler, RESERVATION, { params: { id }, body, role });
      expect(refused.status).toBe(403);
    }
    const role = 'operator';
    expect((await call(handler, RESERVATION, { params: { id }, body, role })).status).toBe(200);
  });

  test('finds neither another organization’s entries nor events that were never sent', async () => {
    const organizationId = 'other';
    const stranger = await call(handler, RESERVATION, { params: { id }, body, organizationId });
    expect(stranger.status).toBe(404);
    const unknown = await call(handler, USAGE, { params: { eventId: 'unknown' }, body });
    expect(unknown.status).toBe(404);
    // A reservation is not a usage event.
    expect((await call(handler, USAGE, { params: { eventId: id }, body })).status).toBe(404);
  });

  test.each([
    ['correctionId', { ...body, correctionId: '' }],
    ['correctionId', { ...body, correctionId: undefined }],
    ['actualCostUsd', { ...body, actualCostUsd: '-0.01' }],
    ['actualCostUsd', { ...body, actualCostUsd: '0.0000000001' }],
    ['actualCostUsd', { ...body, actualCostUsd: undefined }],
    ['reason', { ...body, reason: '' }],
    ['reason', { ...body, reason: 'x'.repeat(201) }],
    ['refundUsd', { ...body, refundUsd: '1' }],
  ])('that is wrong is refused, naming %s', async (field, wrong) => {
    for (const [route, params] of [
      [RESERVATION, { id }],
      [USAGE, { eventId: 'e' }],
    ] as const) {
      const { status, json } = await call(handler, route, { params, body: wrong });
      expect(status).toBe(400);
      expect((json['errors'] as { field: string }[]).map((error) => error.field)).toEqual([field]);
    }
  });

  test('of another amount under the same id is a conflict that names the id', async () => {
    await call(handler, RESERVATION, { params: { id }, body });
    const other = { ...body, actualCostUsd: '0.0006' };
    const { status, json } = await call(handler, RESERVATION, { params: { id }, body: other });
    expect(status).toBe(409);
    expect(json['errors']).toEqual([
      { field: 'correctionId', message: 'was already used for another amount' },
    ]);
  });
});
