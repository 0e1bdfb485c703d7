import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { openKeyDesk } from '../support/key-desk.ts';
import type { Answer } from '../support/http-event.ts';

const HOUR_MS = 3_600_000;
const START_MS = Date.parse('2026-11-21T10:00:00Z');
const TEXT = /^purser_dev_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$/;

let store: EmbeddedStore;
let desk: ReturnType<typeof openKeyDesk>;
beforeAll(async () => {
  store = await startEmbeddedStore();
});
beforeEach(() => {
  desk = openKeyDesk(store.db);
});
afterAll(() => store.close());

describe('a key', () => {
  const scopes = {
    systems: ['relaycore'],
    users: ['ada', 'bob'],
    departments: ['research'],
    mayStateCost: false,
    claimLimitUsdPerHour: 5,
    backDateHours: 12,
    severityCeiling: 'medium',
    expiresAt: '2026-11-22T10:00:00.000Z',
  };

  it('passes with the scopes that it was made with, until it expires', async () => {
    const { key, keyId, json } = await desk.create(scopes);
    expect(key).toMatch(TEXT);
    expect(key).toContain(`_${keyId}_`);
    expect(json).toMatchObject({ ...scopes, state: 'active', createdBy: 'key-1' });
    expect(await desk.contextOf(key)).toEqual({
      organizationId: desk.organizationId,
      actor: keyId,
      role: 'caller',
      systems: 'relaycore',
      users: 'ada,bob',
      departments: 'research',
      mayStateCost: 'false',
      claimLimitUsdPerHour: '5',
      backDateHours: '12',
      severityCeiling: 'medium',
      expiresAtMs: String(START_MS + 24 * HOUR_MS),
    });
    desk.clock.nowMs += 24 * HOUR_MS - 1;
    expect(await desk.passes(key)).toBe(true);
    desk.clock.nowMs += 1;
    expect(await desk.passes(key)).toBe(false);
    expect(await desk.listed()).toMatchObject([{ keyId, state: 'expired' }]);
    expect((await desk.rotate(keyId, 24)).status).toBe(409);
  });

  it('is listed in order of ids, page by page, with the hour of its last use', async () => {
    const made = [await desk.create(), await desk.create(), await desk.create()];
    desk.clock.nowMs += 90 * 60_000;
    for (const { key } of made.slice(0, 2)) await desk.passes(key);
    desk.clock.nowMs += HOUR_MS / 2;
    for (const { key } of made.slice(0, 2)) await desk.passes(key);
    const ids = made.map(({ keyId }) => keyId).toSorted();
    const first = await desk.ask('GET /v1/keys', { query: { limit: '2' } });
    const cursor = String(first.json['nextCursor']);
    const second = await desk.ask('GET /v1/keys', { query: { limit: '2', cursor } });
    const items = [first, second].flatMap(({ json }) => json['items'] as { keyId: string }[]);
    expect(items.map(({ keyId }) => keyId)).toEqual(ids);
    expect(second.json['nextCursor']).toBeUndefined();
    const uses = new Map((await desk.listed()).map((item) => [item['keyId'], item['lastUsedAt']]));
    expect(made.map(({ keyId }) => uses.get(keyId))).toEqual([
      '2026-11-21T11:30:00.000Z',
      '2026-11-21T11:30:00.000Z',
      undefined,
    ]);
  });

  it('is in no other organization', async () => {
    const { keyId } = await desk.create();
    desk = openKeyDesk(store.db);
    expect(await desk.listed()).toEqual([]);
    expect((await desk.revoke(keyId)).status).toBe(404);
    expect((await desk.rotate(keyId, 0)).status).toBe(404);
  });

  it('is made once per Idempotency-Key, and its text not shown twice', async () => {
    const event = (key: string) => ({ name: 'a key', role: 'caller' as const, key });
    const { organizationId, clock } = desk;
    const keeper = { organizationId, actor: 'key-1', role: 'admin', nowMs: clock.nowMs } as const;
    await desk.manager.create(keeper, event('first'), 'once');
    await expect(desk.manager.create(keeper, event('again'), 'once')).rejects.toMatchObject({
      kind: 'conflict',
    });
    expect(await desk.listed()).toHaveLength(1);
  });

  it.each([
    [{ role: 'root' }, 'role'],
    [{ role: 'caller', users: [] }, 'users'],
    [{ role: 'caller', systems: ['a', 'a'] }, 'systems'],
    [{ role: 'caller', backDateHours: 2_161 }, 'backDateHours'],
    [{ role: 'caller', claimLimitUsdPerHour: 0.5 }, 'claimLimitUsdPerHour'],
    [{ role: 'caller', expiresAt: '2026-11-21T10:00:00Z' }, 'expiresAt'],
    [{ role: 'caller', key: 'purser_dev_mine' }, 'key'],
  ])('that is wrong is refused, naming the field: %j', async (body, field) => {
    const answer = await desk.ask('POST /v1/keys', { body: { name: 'x', ...body } });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({ errors: [{ field }] });
    expect(await desk.listed()).toEqual([]);
  });
});

describe('rotation', () => {
  it('lets both texts pass until the overlap ends, under one id', async () => {
    const { key, keyId } = await desk.create({ users: ['ada'] });
    const { json } = await desk.rotate(keyId, 24);
    const next = String(json['key']);
    expect(next).toMatch(TEXT);
    expect(json['texts']).toHaveLength(2);
    for (const text of [key, next]) {
      expect(await desk.contextOf(text)).toMatchObject({ actor: keyId, users: 'ada' });
    }
    expect((await desk.rotate(keyId, 24)).status).toBe(409);
    desk.clock.nowMs += 24 * HOUR_MS - 1;
    expect([await desk.passes(key), await desk.passes(next)]).toEqual([true, true]);
    desk.clock.nowMs += 1;
    expect([await desk.passes(key), await desk.passes(next)]).toEqual([false, true]);
    expect((await desk.rotate(keyId, 1)).status).toBe(200);
  });

  it('without an overlap ends every text before at once', async () => {
    const { key, keyId } = await desk.create();
    const second = String((await desk.rotate(keyId, 1)).json['key']);
    const third = String((await desk.rotate(keyId, 0)).json['key']);
    expect([await desk.passes(key), await desk.passes(second), await desk.passes(third)]).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('never outlives the key', async () => {
    const expiresAt = new Date(desk.clock.nowMs + HOUR_MS).toISOString();
    const { key, keyId } = await desk.create({ expiresAt });
    const next = String((await desk.rotate(keyId, 24)).json['key']);
    desk.clock.nowMs += HOUR_MS;
    expect([await desk.passes(key), await desk.passes(next)]).toEqual([false, false]);
  });
});

describe('revocation', () => {
  it('ends every text, and says by when', async () => {
    const { key, keyId } = await desk.create();
    const next = String((await desk.rotate(keyId, 24)).json['key']);
    const { status, json } = await desk.revoke(keyId);
    expect(status).toBe(200);
    expect(json).toMatchObject({ state: 'revoked', texts: [], refusedWithinSeconds: 60 });
    expect([await desk.passes(key), await desk.passes(next)]).toEqual([false, false]);
    desk.clock.nowMs += 1_000;
    expect((await desk.revoke(keyId)).json['revokedAt']).toBe(json['revokedAt']);
    expect((await desk.rotate(keyId, 0)).status).toBe(409);
  });

  it('leaves an organization one admin key without limits', async () => {
    const first = await desk.admin();
    const limited = await desk.create({ role: 'admin', users: ['ada'] });
    const passing = await desk.create({ role: 'admin', expiresAt: '2026-11-21T11:00:00Z' });
    desk.clock.nowMs += HOUR_MS;
    expect((await desk.revoke(first.keyId)).status).toBe(409);
    expect(await desk.passes(first.key)).toBe(true);
    const second = await desk.admin();
    expect((await desk.revoke(first.keyId)).status).toBe(200);
    expect((await desk.revoke(second.keyId)).status).toBe(409);
    for (const { keyId } of [limited, passing]) expect((await desk.revoke(keyId)).status).toBe(200);
  });

  it('of two admin keys at the same time leaves one', async () => {
    const pair = [await desk.admin(), await desk.admin()];
    const answers = await Promise.all(pair.map(({ keyId }) => desk.revoke(keyId)));
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '409']);
    const left = await Promise.all(pair.map(({ key }) => desk.passes(key)));
    expect(left.filter(Boolean)).toHaveLength(1);
  });
});

describe('a key of a key', () => {
  const limits = {
    mayStateCost: false,
    claimLimitUsdPerHour: 10,
    backDateHours: 24,
    severityCeiling: 'high' as const,
  };
  const within = { ...limits, name: 'x', role: 'caller' };
  const attempt = (body: object): Promise<Answer> => desk.ask('POST /v1/keys', { body, limits });

  it.each([
    [{ mayStateCost: true }, 'mayStateCost'],
    [{ mayStateCost: undefined }, 'mayStateCost'],
    [{ claimLimitUsdPerHour: 11 }, 'claimLimitUsdPerHour'],
    [{ claimLimitUsdPerHour: undefined }, 'claimLimitUsdPerHour'],
    [{ backDateHours: 25 }, 'backDateHours'],
    [{ backDateHours: undefined }, 'backDateHours'],
    [{ severityCeiling: 'critical' }, 'severityCeiling'],
    [{ severityCeiling: undefined }, 'severityCeiling'],
  ])('never allows more: %j', async (over, field) => {
    const answer = await attempt({ ...within, ...over });
    expect(answer.status).toBe(403);
    expect(answer.json).toMatchObject({ errors: [{ field }] });
    expect((await attempt(within)).status).toBe(201);
  });

  it('does not outlive it, nor is it got by rotating one that allows more', async () => {
    const keeper = {
      nowMs: desk.clock.nowMs,
      organizationId: desk.organizationId,
      actor: 'x',
      role: 'admin' as const,
      expiresAtMs: desk.clock.nowMs + 1,
    };
    const newKey = { name: 'x', role: 'caller' as const };
    const lasting = desk.manager.create(keeper, newKey, undefined);
    await expect(lasting).rejects.toMatchObject({ fields: [{ field: 'expiresAt' }] });
    const { keyId, key } = await desk.create();
    expect((await desk.rotate(keyId, 0, { limits })).status).toBe(403);
    expect(await desk.passes(key)).toBe(true);
  });
});
