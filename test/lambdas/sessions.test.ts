import { describe, expect, it } from 'vitest';
import { ledgerTable } from '../../tables/ledger/table.ts';
import { deployedDesk, requestBy } from '../support/deployed-desk.ts';
import { eventOf } from '../support/model-desk.ts';

const { ask, ok, store } = deployedDesk();

const PUT_BUDGET = 'PUT /v1/budgets/{scope}/{scopeId}/{period}';
const RESERVE = 'POST /v1/reservations';

const budgetsOf = (json: unknown): string[] =>
  (json as { budgets: { budgetId: string }[] }).budgets.map(({ budgetId }) => budgetId);

describe('a session', () => {
  const params = { scope: 'session', scopeId: 'run-1', period: 'total' };
  const put = (organizationId: string, body: object, over: object = {}) =>
    ask(PUT_BUDGET, { organizationId, params: { ...params, ...over }, body });
  const reserve = (organizationId: string, over: object = {}) =>
    ask(RESERVE, { organizationId, body: requestBy('ada', { sessionId: 'run-1', ...over }) });
  const shown = async (organizationId: string) =>
    (await ok('GET /v1/budgets/{scope}/{scopeId}/{period}', { organizationId, params })).json;

  it.each([
    ['period', { limitUsd: '1' }, { period: 'daily' }, 'must be total for a session'],
    ['mode', { limitUsd: '1', mode: 'escrow' }, {}, 'must be exact for a session'],
    [
      'idleSeconds',
      { limitUsd: '1', idleSeconds: 60 },
      { scope: 'user' },
      'can be set for a session only',
    ],
  ])('refuses by name what it has not: %s', async (_, body, over, message) => {
    const refused = await put('sessions', body, over);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain(message);
  });

  it('is kept with the request', async () => {
    const organizationId = 'sessions';
    const { json } = await reserve(organizationId, { sessionId: 'Run-2' });
    expect(budgetsOf(json)).toEqual([]);
    const kept = await ok('GET /v1/reservations/{id}', {
      organizationId,
      params: { id: String(json['reservationId']) },
    });
    expect(kept.json['sessionId']).toBe('Run-2');
  });

  it('spends one budget, in whatever spelling a request names it, and is not listed', async () => {
    const organizationId = 'one-session';
    expect((await put(organizationId, { limitUsd: '0.005' })).status).toBe(200);
    const first = await reserve(organizationId, { sessionId: 'RUN-1' });
    expect(first.status, first.text).toBe(201);
    expect(budgetsOf(first.json)).toEqual(['session/RUN-1/total']);
    let last = first;
    for (let tries = 0; last.status === 201 && tries < 20; tries += 1) {
      last = await reserve(organizationId);
    }
    expect(last.status).toBe(429);
    expect(last.text).toContain('session/run-1/total');
    expect((await reserve(organizationId, { sessionId: 'run-9' })).status).toBe(201);
    const list = await ok('GET /v1/budgets', { organizationId });
    expect(list.json['items']).toEqual([]);
  });

  it('closes when it was idle, and the next request begins a new run with the full limit', async () => {
    const organizationId = 'idle-session';
    await put(organizationId, { limitUsd: '1', idleSeconds: 60 });
    const held = await reserve(organizationId);
    const before = await shown(organizationId);
    expect(before['closesAt']).toBeUndefined();
    await ok('POST /v1/reservations/{id}/settle', {
      organizationId,
      params: { id: String(held.json['reservationId']) },
      body: { usage: { inputTokens: 1_000, outputTokens: 100 } },
    });
    const settled = await shown(organizationId);
    expect(settled).toMatchObject({ periodKey: before['periodKey'] });
    expect(Number(settled['settledUsd'])).toBeGreaterThan(0);
    expect(Date.parse(String(settled['closesAt']))).toBeGreaterThan(Date.now() + 50_000);

    await makeIdle(organizationId, String(settled['periodKey']), 50_000);
    const open = await reserve(organizationId);
    expect(await shown(organizationId)).toMatchObject({ periodKey: before['periodKey'] });

    await makeIdle(organizationId, String(settled['periodKey']), 61_000);
    const later = await reserve(organizationId);
    expect(await shown(organizationId)).toMatchObject({ periodKey: before['periodKey'] });
    for (const { json } of [open, later]) {
      const id = String(json['reservationId']);
      await ok('POST /v1/reservations/{id}/void', { organizationId, params: { id } });
    }
    await makeIdle(organizationId, String(settled['periodKey']), 61_000);
    expect((await reserve(organizationId)).status).toBe(201);
    const next = await shown(organizationId);
    expect(next['periodKey']).not.toBe(before['periodKey']);
    expect(next).toMatchObject({ limitUsd: '1.000000000', settledUsd: '0.000000000' });
  });

  it('goes on in its run when its budget is removed and set again', async () => {
    const organizationId = 'removed-session';
    await put(organizationId, { limitUsd: '1' });
    await reserve(organizationId);
    const before = await shown(organizationId);
    await ok(`DELETE ${PUT_BUDGET.slice(4)}`, { organizationId, params });
    await put(organizationId, { limitUsd: '2' });
    const after = await shown(organizationId);
    expect(after).toMatchObject({ periodKey: before['periodKey'], limitUsd: '2.000000000' });
    expect(after['reservedUsd']).toBe(before['reservedUsd']);
  });

  it('begins one new run when several requests come at once', async () => {
    const organizationId = 'raced-session';
    await put(organizationId, { limitUsd: '1', idleSeconds: 60 });
    const { periodKey } = await shown(organizationId);
    await reserve(organizationId).then(({ json }) =>
      ok('POST /v1/reservations/{id}/void', {
        organizationId,
        params: { id: String(json['reservationId']) },
      }),
    );
    await makeIdle(organizationId, String(periodKey), 61_000);
    const answers = await Promise.all(Array.from({ length: 8 }, () => reserve(organizationId)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 201));
    const { reservedUsd } = await shown(organizationId);
    const allocated = answers.map(({ json }) => Number(json['allocatedUsd']));
    expect(Number(reservedUsd)).toBeCloseTo(
      allocated.reduce((sum, each) => sum + each, 0),
      9,
    );
  });

  it('belongs to the principals of its first request where credentials are limited', async () => {
    const organizationId = 'owned-session';
    await put(organizationId, { limitUsd: '1' });
    const limits = { users: ['ada'] };
    const asked = { organizationId, limits, body: requestBy('ada', { sessionId: 'run-1' }) };
    expect((await ask(RESERVE, asked)).status).toBe(201);
    const bob = { users: ['bob'] };
    const other = { ...asked, limits: bob, body: requestBy('bob', { sessionId: 'run-1' }) };
    const refused = await ask(RESERVE, other);
    expect(refused.status, refused.text).toBe(403);
    expect(refused.text).toContain('belongs to a session that these credentials may not use');
    expect((await reserve(organizationId, { userId: 'bob' })).status).toBe(201);
    const event = eventOf({ userId: 'bob', sessionId: 'run-1' });
    const charged = await ok('POST /v1/usage', {
      organizationId,
      limits: bob,
      body: { events: [event] },
    });
    expect(charged.json).toMatchObject({ accepted: 0, rejected: [{ field: 'sessionId' }] });
  });

  it('ends in time in the store', async () => {
    const organizationId = 'aging-session';
    await put(organizationId, { limitUsd: '1' });
    await reserve(organizationId);
    const { items } = await store().db.query({
      table: ledgerTable.name,
      condition: 'pk = :pk',
      values: { ':pk': `budget#${organizationId}#session#run-1` },
    });
    expect(items.length).toBe(2);
    for (const item of items) {
      expect(Number(item['ttl'])).toBeGreaterThan(Date.now() / 1_000 + 399 * 86_400);
      expect(item['budgetsOf']).toBeUndefined();
    }
  });
});

/** Lets a session look as if its last use lay so far back. */
async function makeIdle(organizationId: string, periodKey: string, idleMs: number): Promise<void> {
  await store().db.write({
    kind: 'update',
    table: ledgerTable.name,
    key: { pk: `budget#${organizationId}#session#run-1`, sk: `total#${periodKey}` },
    update: 'SET u = :used',
    values: { ':used': Date.now() - idleMs },
  });
}
