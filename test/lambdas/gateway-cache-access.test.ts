import { describe, expect, it } from 'vitest';
import { cacheOf, CHAT, openCacheDesk, withoutTable } from '../support/cache-desk.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';

const { desk, ask, calls, answerWith, cacheRoutes, disable, invalidate } = openCacheDesk();
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const chat = { model: GPT, messages: said, temperature: 0 };

describe('who gets an answer', () => {
  it('never is another organization, which neither gets nor removes it', async () => {
    const canary = `canary ${Math.random()}`;
    answerWith({ text: canary });
    expect((await ask(CHAT, { body: chat })).body).toContain(canary);
    const first = { organizationId: desk.organizationId, key: desk.key };
    await desk.newOrganization();
    answerWith();
    const other = await ask(CHAT, { body: chat });
    expect([cacheOf(other), other.body.includes(canary)]).toEqual(['miss', false]);
    expect((await ask(CHAT, { body: chat })).body).not.toContain(canary);
    await invalidate('*');
    Object.assign(desk, first);
    expect((await ask(CHAT, { body: chat })).body).toContain(canary);
  });

  it('is the system and operation that asked, and no other', async () => {
    const asked = {
      body: chat,
      headers: { 'x-purser-system': 'desk', 'x-purser-operation': 'tag' },
    };
    await ask(CHAT, asked);
    const others: Record<string, string>[] = [
      { 'x-purser-system': 'desk2', 'x-purser-operation': 'tag' },
      { 'x-purser-system': 'desk' },
      { 'x-purser-system': 'desk', 'x-purser-operation': 'sum' },
    ];
    for (const headers of others) {
      expect(cacheOf(await ask(CHAT, { body: chat, headers })), JSON.stringify(headers)).toBe(
        'miss',
      );
    }
    expect(cacheOf(await ask(CHAT, asked))).toBe('hit');
  });

  it('is nobody whom a control disables, whose requests are used up, or whose key is unknown', async () => {
    const asked = { body: chat, headers: { 'x-purser-user': 'ada' } };
    await ask(CHAT, asked);
    expect(cacheOf(await ask(CHAT, asked))).toBe('hit');
    const unknown = await ask(CHAT, { ...asked, headers: { authorization: 'Bearer nobody' } });
    expect(unknown.status).toBe(401);
    desk.quota = { ...desk.quota, refused: { afterMs: 5_000, because: 'credential' } };
    expect((await ask(CHAT, asked)).status).toBe(429);
    desk.quota = { ...desk.quota, refused: undefined };
    await disable('ada');
    // A process follows a control within two seconds; a new one at once.
    desk.restart();
    const disabled = await ask(CHAT, asked);
    expect([disabled.status, disabled.body.includes('Paris')]).toEqual([expect.any(Number), false]);
    expect(disabled.status).toBeGreaterThanOrEqual(400);
    expect(cacheOf(await ask(CHAT, { body: chat, headers: { 'x-purser-user': 'eve' } }))).toBe(
      'hit',
    );
  });

  it('is also somebody whose money is spent, because it costs nothing', async () => {
    const asked = { body: chat, headers: { 'x-purser-user': 'ada' } };
    await ask(CHAT, { body: chat });
    await desk.limit('user', 'ada', 1n);
    expect((await ask(CHAT, asked)).status).toBe(200);
    expect((await ask(CHAT, { ...asked, body: { ...chat, seed: 1 } })).status).toBe(429);
  });
});

describe('attempts to get or plant another answer', () => {
  it('by headers that clients do not send find nothing', async () => {
    await ask(CHAT, { body: chat });
    const others: Record<string, string>[] = [
      { 'x-purser-region': 'us-west-2' },
      { 'openai-beta': 'other' },
      { 'x-purser-downgrade': 'false' },
      { 'x-purser-candidates': CLAUDE },
    ];
    for (const headers of others) {
      const answer = await ask(CHAT, { body: chat, headers });
      expect(cacheOf(answer), JSON.stringify(headers)).toBe('miss');
    }
    for (const name of ['x-purser-system', 'x-purser-operation']) {
      const odd = await ask(CHAT, { body: chat, headers: { [name]: 'gateway/*' } });
      expect([400, 200]).toContain(odd.status);
      expect(cacheOf(odd)).not.toBe('hit');
    }
  });

  it('by odd JSON get what the provider would answer to what it got', async () => {
    const text = '"messages":[{"role":"user","content":"Name the capital of France."}]';
    await ask(CHAT, { body: chat });
    const wrong = [
      `{"temperature":1,"temperature":0.0,"model":"${GPT}",${text}}`,
      `{"temperature":0,"model":"${GPT}","messages":[],${text.replace('France', 'Spain')}}`,
      `{"temperature":0,"model":"${GPT}","__proto__":{"a":1},${text}}`,
    ];
    for (const body of wrong) expect((await ask(CHAT, { body })).status, body).toBe(400);
    const same = `{ "temperature": 0.0e1, ${text.replace('Name', 'N\\u0061me')}, "model": "${GPT}" }`;
    expect(cacheOf(await ask(CHAT, { body: same }))).toBe('hit');
    const other = `{"temperature":0,"model":"${GPT}",${text.replace('Name', 'N\\u0430me')}}`;
    expect(cacheOf(await ask(CHAT, { body: other }))).toBe('miss');
  });
});

describe('identical requests at one time', () => {
  it('make one call, and the others wait for its answer', async () => {
    answerWith({ firstTokenMs: 300 });
    const all = await Promise.all(Array.from({ length: 8 }, () => ask(CHAT, { body: chat })));
    expect(calls()).toBe(1);
    expect(all.filter((answer) => cacheOf(answer) === 'miss')).toHaveLength(1);
    expect(all.filter((answer) => cacheOf(answer) === 'hit')).toHaveLength(7);
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
  });

  it('go on alone if the first fails', async () => {
    desk.standIn.set({
      rules: [
        {
          steps: [{ fault: { kind: 'validation' } }, { text: 'It is Paris.' }],
        },
      ],
    });
    const all = await Promise.all(Array.from({ length: 4 }, () => ask(CHAT, { body: chat })));
    const statuses = all.map(({ status }) => status).toSorted((one, other) => one - other);
    expect(statuses).toEqual([200, 200, 200, 400]);
  });
});

describe('the routes that an organization caches', () => {
  const unasked = { 'x-purser-system': 'desk', 'x-purser-operation': 'tag' };
  const send = (body: object = chat, headers: Record<string, string> = unasked) =>
    desk.call(CHAT, { body, headers });

  it('are answered without asking, but for what the caller or the setting keeps out', async () => {
    await cacheRoutes([{ system: 'desk', operation: 'tag', lifeSeconds: 60 }]);
    expect([cacheOf(await send()), cacheOf(await send())]).toEqual(['miss', 'hit']);
    const { temperature: _, ...plain } = chat;
    for (const round of [1, 2]) {
      const answer = await send(plain);
      expect(answer.headers['cache-status'], `${round}`).toBe(
        'purser; fwd=bypass; detail=temperature',
      );
    }
    expect(cacheOf(await send(chat, { ...unasked, 'x-purser-cache': 'off' }))).toBeUndefined();
    expect(cacheOf(await send(chat, { 'x-purser-system': 'desk' }))).toBeUndefined();
  });
});

describe('clearing', () => {
  it.each([
    ['desk/*', ['miss', 'hit']],
    ['*/tag/*', ['miss', 'miss']],
    ['other/tag/*', ['hit', 'miss']],
    ['nothing*', ['hit', 'hit']],
  ])(
    '%s leaves what it does not match, and is in force at once in every process',
    async (pattern, left) => {
      const asked = ['desk', 'other'].map((system) => ({
        body: chat,
        headers: { 'x-purser-system': system, 'x-purser-operation': 'tag' },
      }));
      for (const each of asked) await ask(CHAT, each);
      const removed = left.filter((cache) => cache === 'miss').length;
      expect(await invalidate(pattern)).toBe(removed);
      const answers = [];
      for (const each of asked) answers.push(cacheOf(await ask(CHAT, each)));
      expect(answers).toEqual(left);
    },
  );
});

describe('the table', () => {
  it('holds no text of a request or an answer in a key, and no answer unpacked', async () => {
    await ask(CHAT, { body: chat, headers: { 'x-purser-system': 'desk' } });
    const { items: all } = await desk.db.scan({ table: 'response-cache' });
    const items = all.filter(({ pk }) => pk === desk.organizationId);
    expect(items.map(({ sk }) => String(sk).replace(/[\w-]{43}/, 'HASH')).toSorted()).toEqual([
      'answer#desk//HASH/whole',
      expect.stringMatching(/^counts#\d{4}-\d\d-\d\d$/),
    ]);
    expect(
      JSON.stringify(items, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ),
    ).not.toMatch(/capital|Paris/);
  });

  it('serves every call while it cannot be reached', async () => {
    await ask(CHAT, { body: chat });
    desk.restart(withoutTable(desk.db, 'response-cache'));
    const answer = await ask(CHAT, { body: chat });
    expect([answer.status, cacheOf(answer)], answer.body).toEqual([200, 'miss']);
    desk.restart();
    expect(cacheOf(await ask(CHAT, { body: chat }))).toBe('hit');
  });
});
