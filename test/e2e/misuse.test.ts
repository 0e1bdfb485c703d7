import { stores } from '../../composition/stores.ts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BorrowedPurser, borrowPurser } from '../support/borrowed-purser.ts';
import type { Answer } from '../support/local-purser.ts';
import { tableLines } from '../support/table-lines.ts';
import { SONNET, usageEventOf } from '../support/request-bodies.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const UNKNOWN_ID = '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44';
const usage = { inputTokens: 100, outputTokens: 50 };
const request = (over: object = {}) => ({
  system: 'relaycore',
  userId: 'ada',
  model: SONNET,
  inputTokens: 100,
  maxOutputTokens: 100,
  ...over,
});

let purser: BorrowedPurser;
/** Headers of callers other than the admin. */
const as: Record<'foreign' | 'relaycore' | 'viewer' | 'ada' | 'revoked', Record<string, string>> = {
  foreign: { authorization: 'Bearer key-of-another-organization' },
  relaycore: { authorization: 'Bearer key-of-relaycore' },
  viewer: { authorization: 'Bearer key-of-a-viewer' },
  ada: { authorization: 'Bearer key-of-ada' },
  revoked: { authorization: 'Bearer key-that-was-revoked' },
};

beforeAll(async () => {
  purser = await borrowPurser();
  const { keys } = stores(purser.store());
  const own = { organizationId: purser.organizationId, createdAtMs: 0 };
  await Promise.all([
    keys.put('key-of-another-organization', {
      keyId: 'foreign',
      organizationId: 'umbrella',
      role: 'admin',
      createdAtMs: 0,
    }),
    keys.put('key-of-relaycore', { ...own, keyId: 'rc', role: 'caller', systems: ['relaycore'] }),
    keys.put('key-of-a-viewer', { ...own, keyId: 'viewer', role: 'viewer' }),
    keys.put('key-of-ada', { ...own, keyId: 'ada', role: 'caller', users: ['ada'] }),
    keys.put('key-that-was-revoked', { ...own, keyId: 'old', role: 'admin', revokedAtMs: 1 }),
  ]);
  await purser.put(ownBudget(), { limitUsd: '1000' });
});
afterAll(() => purser?.giveBack());

const ownBudget = (): string => `/v1/budgets/organization/${purser.organizationId}/monthly`;

async function reserve(headers?: Record<string, string>): Promise<string> {
  const { status, body } = await purser.post('/v1/reservations', request(), headers);
  expect(status).toBe(201);
  return `/v1/reservations/${String(body['reservationId'])}`;
}

/** Sends a request and asserts that it wrote nothing. */
async function refused(ask: () => Promise<Answer>): Promise<Answer> {
  await purser.drain();
  const before = await tableLines(purser.store());
  const answer = await ask();
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  await purser.drain();
  expect(await tableLines(purser.store())).toEqual(before);
  return answer;
}

describe('a reservation used out of order', () => {
  it('cannot be settled, voided or shown before it is made', async () => {
    for (const id of [UNKNOWN_ID, 'not-an-id', 'constructor']) {
      const path = `/v1/reservations/${id}`;
      expect((await refused(() => purser.post(`${path}/settle`, { usage }))).status).toBe(404);
      expect((await refused(() => purser.call('POST', `${path}/void`))).status).toBe(404);
      expect((await refused(() => purser.get(path))).status).toBe(404);
    }
  });

  it('settles once: repeated the same, with other figures 409, voided then 409', async () => {
    const path = await reserve();
    const first = await purser.post(`${path}/settle`, { usage });
    expect(first.status).toBe(200);
    const again = await purser.post(`${path}/settle`, { usage });
    expect([again.status, again.body]).toEqual([200, first.body]);
    const others = [
      { usage: { ...usage, outputTokens: 51 } },
      { usage, model: NOVA },
      { usage, actualCostUsd: '0.5' },
      { usage: { ...usage, cacheReadTokens: 1 } },
    ];
    for (const other of others) {
      expect((await refused(() => purser.post(`${path}/settle`, other))).status).toBe(409);
    }
    expect((await refused(() => purser.call('POST', `${path}/void`))).status).toBe(409);
    expect((await purser.get(path)).body).toMatchObject({ state: 'settled' });
  });

  it('voids once: repeated the same, settled then 409', async () => {
    const path = await reserve();
    const first = await purser.call('POST', `${path}/void`);
    expect(first.status).toBe(200);
    expect((await purser.call('POST', `${path}/void`)).body).toEqual(first.body);
    expect((await refused(() => purser.post(`${path}/settle`, { usage }))).status).toBe(409);
  });

  it('is not settled at the price of a model that has none', async () => {
    const path = await reserve();
    const answer = await refused(() => purser.post(`${path}/settle`, { usage, model: 'no-price' }));
    expect([400, 422]).toContain(answer.status);
    expect(answer.body).toMatchObject({ errors: [{ field: 'model' }] });
  });

  it('is not made for a model that has no price', async () => {
    for (const body of [request({ model: 'no-price' }), request({ model: 'constructor' })]) {
      const answer = await refused(() => purser.post('/v1/reservations', body));
      expect(answer.status).toBe(422);
      expect(answer.body).toMatchObject({ errors: [{ field: 'model' }] });
    }
  });
});

describe('an Idempotency-Key', () => {
  it.each(['made-up-key', crypto.randomUUID()])('%s makes one reservation', async (key) => {
    const headers = { 'idempotency-key': key };
    const first = await purser.post('/v1/reservations', request(), headers);
    expect(first.status).toBe(201);
    const again = await refusedOrSame(() => purser.post('/v1/reservations', request(), headers));
    expect(again.body['reservationId']).toBe(first.body['reservationId']);
    for (const over of [{ inputTokens: 101 }, { userId: 'bob' }, { tags: { a: 'b' } }]) {
      const answer = await refused(() => purser.post('/v1/reservations', request(over), headers));
      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ errors: [{ field: 'Idempotency-Key' }] });
    }
  });

  it('belongs to one organization', async () => {
    const headers = { 'idempotency-key': 'shared-by-chance' };
    const own = await purser.post('/v1/reservations', request(), headers);
    const other = { ...headers, ...as.foreign };
    const foreign = await purser.post('/v1/reservations', request({ inputTokens: 7 }), other);
    expect([own.status, foreign.status]).toEqual([201, 201]);
    expect(foreign.body['reservationId']).not.toBe(own.body['reservationId']);
  });

  async function refusedOrSame(ask: () => Promise<Answer>): Promise<Answer> {
    const before = await tableLines(purser.store());
    const answer = await ask();
    expect(await tableLines(purser.store())).toEqual(before);
    return answer;
  }
});

describe('callers', () => {
  it('never meet what belongs to another organization', async () => {
    const path = await reserve();
    const shown = () => purser.call('GET', path, undefined, as.foreign);
    const settled = () => purser.post(`${path}/settle`, { usage }, as.foreign);
    const voided = () => purser.call('POST', `${path}/void`, undefined, as.foreign);
    for (const ask of [shown, settled, voided]) expect((await refused(ask)).status).toBe(404);
    const budget = ownBudget();
    for (const method of ['GET', 'DELETE']) {
      const answer = await refused(() => purser.call(method, budget, undefined, as.foreign));
      expect(answer.status).toBe(404);
    }
    for (const list of ['/v1/budgets', '/v1/usage', '/v1/breaches']) {
      expect((await purser.call('GET', list, undefined, as.foreign)).body['items']).toEqual([]);
    }
  });

  it('spend only for the systems and users of their key', async () => {
    const asks: [Record<string, string>, object, string][] = [
      [as.relaycore, { system: 'automatrix' }, 'system'],
      [as.ada, { userId: 'bob' }, 'userId'],
    ];
    for (const [headers, over, field] of asks) {
      for (const path of ['/v1/reservations', '/v1/predictions']) {
        const answer = await refused(() => purser.post(path, request(over), headers));
        expect(answer.status).toBe(403);
        expect(answer.body).toMatchObject({ errors: [{ field }] });
      }
      const events = [{ ...usageEventOf('not-theirs'), ...over }];
      const { body } = await purser.post('/v1/usage', { events }, headers);
      expect(body).toMatchObject({ accepted: 0, rejected: [{ index: 0, field }] });
    }
    const others = await purser.post('/v1/reservations', request({ system: 'automatrix' }));
    const path = `/v1/reservations/${String(others.body['reservationId'])}`;
    for (const change of [`${path}/settle`, `${path}/void`]) {
      const body = change.endsWith('settle') ? { usage } : undefined;
      const answer = await refused(() => purser.call('POST', change, body, as.relaycore));
      expect(answer.status).toBe(404);
    }
    expect((await purser.post('/v1/reservations', request(), as.relaycore)).status).toBe(201);
  });

  it('with the role viewer only look', async () => {
    const path = await reserve();
    const writes: [string, string, unknown][] = [
      ['POST', '/v1/reservations', request()],
      ['POST', `${path}/settle`, { usage }],
      ['POST', `${path}/void`, undefined],
      ['POST', '/v1/usage', { events: [usageEventOf('of-a-viewer')] }],
      ['PUT', '/v1/budgets/user/ada/daily', { limitUsd: '5' }],
      ['DELETE', ownBudget(), undefined],
      ['PUT', '/v1/thresholds/user/ada', { levels: [] }],
      ['PUT', '/v1/alerts/preferences/user/ada', {}],
      ['PUT', '/v1/rate-cards/own', { inputUsdPerMillion: 1, outputUsdPerMillion: 1 }],
    ];
    for (const [method, target, body] of writes) {
      const answer = await refused(() => purser.call(method, target, body, as.viewer));
      expect(answer.status, `${method} ${target}`).toBe(403);
    }
    expect((await purser.call('GET', path, undefined, as.viewer)).status).toBe(200);
    for (const [method, target, body] of writes.filter(([verb]) => verb !== 'POST')) {
      const answer = await refused(() => purser.call(method, target, body, as.relaycore));
      expect(answer.status, `${method} ${target}`).toBe(403);
    }
  });

  it('whose key was revoked are unknown', async () => {
    const answer = await refused(() => purser.call('GET', '/v1/budgets', undefined, as.revoked));
    expect(answer.status).toBe(401);
  });
});

describe('usage that is partly wrong', () => {
  it('counts the good events and reports the others by position and field', async () => {
    const now = await purser.now();
    const good = (id: string) => usageEventOf(`mixed-${id}`, new Date(now).toISOString());
    const events = [
      good('a'),
      { ...good('b'), userId: undefined },
      { ...good('c'), usage: { inputTokens: -1, outputTokens: 1 } },
      null,
      good('d'),
      { ...good('e'), model: 'no-price' },
      { ...good('f'), at: new Date(now + 3_600_000).toISOString() },
      good('a'),
      { ...good('g'), at: '2020-01-01T00:00:00Z' },
      { ...good('h'), surprise: 1 },
    ];
    const { status, body } = await purser.post('/v1/usage', { events });
    expect(status).toBe(200);
    expect(body).toMatchObject({ accepted: 2, duplicates: 1 });
    const rejected = body['rejected'] as { index: number; field: string }[];
    expect(rejected.map(({ index, field }) => [index, field])).toEqual([
      [1, 'userId'],
      [2, 'usage.inputTokens'],
      [3, 'body'],
      [5, 'model'],
      [6, 'at'],
      [8, 'at'],
      [9, 'surprise'],
    ]);
    const again = await purser.post('/v1/usage', { events: [good('d'), good('a')] });
    expect(again.body).toEqual({ accepted: 0, duplicates: 2, rejected: [] });
    await purser.drain();
    const { body: list } = await purser.get<{ items: { requestId: string }[] }>('/v1/usage');
    const counted = list.items
      .map(({ requestId }) => requestId)
      .filter((id) => id.includes('mixed'));
    expect(counted.toSorted()).toEqual(['mixed-a', 'mixed-d']);
  });
});

describe('names that mean something elsewhere', () => {
  const NAMES = ['constructor', 'toString', 'hasOwnProperty', 'valueOf', '1e3', '0x10', '١٢'];
  NAMES.push(
    'é'.normalize('NFC'),
    'ada@example.com',
    'a/b',
    'a:b',
    'x'.repeat(128),
    'null',
    'true',
  );

  it.each(NAMES)('%s is a name like any other', async (name) => {
    const path = `/v1/budgets/user/${encodeURIComponent(name)}/daily`;
    const tags = { [name === 'constructor' ? 'tag' : name]: name };
    expect((await purser.put(path, { limitUsd: '5' })).status).toBe(200);
    const reserved = await purser.post(
      '/v1/reservations',
      request({
        userId: name,
        departmentId: name,
        system: name,
        operation: name,
        region: 'us-east-1',
        tags,
      }),
    );
    expect(reserved.status).toBe(201);
    const own = `/v1/reservations/${String(reserved.body['reservationId'])}`;
    const settled = await purser.post(`${own}/settle`, { usage, actualCostUsd: '0.0025' });
    expect(settled.status).toBe(200);
    expect((await purser.get(path)).body).toMatchObject({
      scopeId: name,
      settledUsd: '0.002500000',
      reservedUsd: '0.000000000',
    });
    await purser.drain();
    const used = await purser.get<{ items: object[] }>(
      `/v1/usage?userId=${encodeURIComponent(name)}`,
    );
    expect(used.body.items).toMatchObject([
      { userId: name, system: name, departmentId: name, tags },
    ]);
  });

  it('leave the ledger in balance', async () => {
    expect((await purser.checkLedger()).violations).toEqual([]);
  });
});
