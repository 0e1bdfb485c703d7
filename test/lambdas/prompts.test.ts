import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stores } from '../../composition/stores.ts';
import { promptServices } from '../../composition/prompts.ts';
import { createHandler } from '../../lambdas/prompts/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { RENDERING, TEMPLATE, WORDY_PROMPT } from '../support/prompt-bodies.ts';
import { testWorld } from '../support/world.ts';

const OPTIMIZE = 'POST /v1/prompts/optimize';
const MODEL = 'anthropic.claude-sonnet-4-6';

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...promptServices(store.db, world), newId: () => 'p1' });
});
afterAll(() => store.close());

const optimize = (body: object) => call(handler, OPTIMIZE, { body: { model: MODEL, ...body } });
type Rule = { rule: string; savedTokens: number; savedUsd: string };

describe('a prompt', () => {
  test('becomes shorter by named rules, whose savings add up', async () => {
    const { status, json } = await optimize({ prompt: WORDY_PROMPT });
    expect(status).toBe(200);
    expect(json['prompt']).toBe(
      'Answer in one short sentence for the guests of a hotel.\n\nWhich rooms have a view of the sea?',
    );
    const rules = json['rules'] as Rule[];
    expect(rules.map(({ rule }) => rule)).toEqual(['white-space', 'repeated-instruction']);
    const saved = rules.reduce((sum, { savedTokens }) => sum + savedTokens, 0);
    expect(Number(json['tokensBefore']) - Number(json['tokensAfter'])).toBe(saved);
    // 3 USD for a million tokens
    expect(json['savedUsd']).toBe((saved * 0.000003).toFixed(9));
  });

  test('that has nothing to lose stays as it is, for nothing', async () => {
    const { json } = await optimize({ prompt: 'Which rooms see the sea?' });
    expect(json).toMatchObject({
      prompt: 'Which rooms see the sea?',
      savedUsd: '0.000000000',
      rules: [],
    });
    expect(json['tokensAfter']).toBe(json['tokensBefore']);
  });

  test('that a provider may have cached stays, unless it is new', async () => {
    const content = [{ type: 'text', text: WORDY_PROMPT, cache_control: { type: 'ephemeral' } }];
    const messages = [{ role: 'user', content }];
    const kept = (await optimize({ messages })).json;
    expect(kept).toMatchObject({ messages, rules: [] });
    expect(Number(kept['keptPrefixTokens'])).toBeGreaterThan(20);
    const rewritten = (await optimize({ messages, keepCachedPrefix: false })).json;
    expect(rewritten).toMatchObject({ keptPrefixTokens: 0 });
    expect((rewritten['rules'] as Rule[]).length).toBe(2);
  });
});

describe('a conversation', () => {
  const messages = Array.from({ length: 11 }, (_, at) => ({
    role: at % 2 === 0 ? 'user' : 'assistant',
    content: `${at}: ${'The sea is calm today. '.repeat(10).trim()}`,
  }));

  test('loses messages from its middle until it fits', async () => {
    const { json } = await optimize({ messages, maxInputTokens: 600, pinned: [0] });
    expect(json['droppedMessages']).toEqual([2, 3, 4, 5, 6, 7]);
    expect(json['messages']).toEqual(messages.filter((_, at) => at < 2 || at > 7));
    expect(Number(json['tokensAfter'])).toBeLessThanOrEqual(600);
    expect(json['rules']).toMatchObject([{ rule: 'context-window', edits: 6 }]);
  });

  test.each([
    [{ messages, maxInputTokens: 10 }, 'maxInputTokens'],
    [{ messages, maxInputTokens: 400, strategy: 'summarize' }, 'strategy'],
    [{ messages, pinned: [11] }, 'pinned[0]'],
    [{}, 'prompt'],
    [{ prompt: 'Hello', messages }, 'prompt'],
    [{ prompt: 'Hello', model: 'no-such-model' }, 'model'],
  ])('is refused by the field that is wrong', async (body, field) => {
    const { status, json } = await optimize(body);
    expect(status).toBe(field === 'model' ? 422 : 400);
    expect(json['errors']).toMatchObject([{ field }]);
  });
});

const PUT = 'PUT /v1/prompts/templates/{name}';
const GET = 'GET /v1/prompts/templates/{name}';
const GET_VERSION = 'GET /v1/prompts/templates/{name}/versions/{version}';
const DELETE = 'DELETE /v1/prompts/templates/{name}';
const DELETE_VERSION = 'DELETE /v1/prompts/templates/{name}/versions/{version}';
const LIST = 'GET /v1/prompts/templates';
const RENDER = 'POST /v1/prompts/templates/{name}/render';
const params = { name: 'greeting' };

describe('a template', () => {
  test('has versions that never change; the same text is the same version', async () => {
    const organizationId = 'versions';
    const first = await call(handler, PUT, { organizationId, params, body: TEMPLATE });
    expect(first.json).toMatchObject({ ...params, version: 1, ...TEMPLATE });
    const same = await call(handler, PUT, { organizationId, params, body: TEMPLATE });
    expect(same.json).toEqual(first.json);
    const body = { prompt: 'Greet the guest.' };
    const second = await call(handler, PUT, { organizationId, params, body });
    expect(second.json).toMatchObject({ version: 2, ...body, variables: [] });
    const old = { organizationId, params: { ...params, version: '1' } };
    expect((await call(handler, GET_VERSION, old)).json).toEqual(first.json);
    expect((await call(handler, GET, { organizationId, params })).json).toEqual(second.json);
    const entries = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    expect(entries.map(({ action }) => action)).toEqual(Array(2).fill('prompt-template.put'));
    expect(
      JSON.stringify(entries, (_, part: unknown) =>
        typeof part === 'bigint' ? String(part) : part,
      ),
    ).not.toContain('Greet');
  });

  test('gets a version for each of many changes at the same time', async () => {
    const organizationId = 'many';
    const bodies = Array.from({ length: 8 }, (_, at) => ({ prompt: `Greet guest ${at}.` }));
    const answers = await Promise.all(
      bodies.map((body) => call(handler, PUT, { organizationId, params, body })),
    );
    const versions = answers.map(({ json }) => Number(json['version']));
    expect(versions.toSorted((one, other) => one - other)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('tells which prefix a variable costs, and offers the other order without taking it', async () => {
    const { json } = await call(handler, PUT, { organizationId: 'order', params, body: TEMPLATE });
    const [system, user] = TEMPLATE['messages'] as { content: string }[];
    const parts = user?.content.split('\n\n') ?? [];
    expect(json['messages']).toEqual([system, user]);
    expect(json['cache']).toMatchObject({
      firstVariable: 'guest',
      reordered: { messages: [system, { role: 'user', content: parts.toReversed().join('\n\n') }] },
    });
    const { prefixTokens, lostPrefixTokens } = json['cache'] as Record<string, number>;
    expect([prefixTokens, lostPrefixTokens].every((tokens) => Number(tokens) > 3)).toBe(true);
    const body = (json['cache'] as { reordered: object }).reordered;
    const better = { ...TEMPLATE, ...body };
    const again = await call(handler, PUT, { organizationId: 'order', params, body: better });
    expect(again.json['cache']).toEqual({
      prefixTokens: Number(prefixTokens) + Number(lostPrefixTokens),
      lostPrefixTokens: 0,
      firstVariable: 'guest',
    });
  });

  test('becomes a prompt with its tokens and cost; a value is never read as a template', async () => {
    const organizationId = 'rendered';
    await call(handler, PUT, { organizationId, params, body: TEMPLATE });
    const guest = '{{nights}} $& {{guest}} \\';
    const body = { variables: { guest, nights: 3 } };
    const { status, json } = await call(handler, RENDER, { organizationId, params, body });
    expect(status).toBe(200);
    expect(json).toMatchObject({ ...params, version: 1, operation: 'greeting' });
    const content = `Greet ${guest}, who stays 3 nights.\n\nWrite two friendly sentences.`;
    expect((json['messages'] as object[])[1]).toEqual({ role: 'user', content });
    expect(Number(json['inputTokens'])).toBeGreaterThan(20);
    expect(Number(json['expectedCostUsd'])).toBeGreaterThan(0);
  });

  test.each([
    [{ guest: 'Ada' }, 'variables.nights'],
    [{ guest: 'Ada', nights: 3, toString: 'x' }, 'variables.toString'],
    [{ guest: 3, nights: 3 }, 'variables.guest'],
    [{ guest: 'A'.repeat(81), nights: 3 }, 'variables.guest'],
    [{ guest: 'Ada', nights: 1.5 }, 'variables.nights'],
    [{ guest: 'Ada', nights: 61 }, 'variables.nights'],
    [{ guest: 'Ada', nights: '3' }, 'variables.nights'],
  ])('refuses values that do not fit: %j', async (variables, field) => {
    const organizationId = 'fit';
    await call(handler, PUT, { organizationId, params, body: TEMPLATE });
    const { status, json } = await call(handler, RENDER, {
      organizationId,
      params,
      body: { variables },
    });
    expect([status, json['errors']]).toMatchObject([400, [{ field }]]);
  });

  test.each([
    [{ prompt: 'Hello {{guest}}' }, 'variables'],
    [{ prompt: 'Hello', variables: [{ name: 'guest', type: 'string' }] }, 'variables[0].name'],
    [{ prompt: '{{a}}', variables: [{ name: 'a', type: 'enum' }] }, 'variables[0].values'],
    [
      { prompt: '{{a}}', variables: [{ name: 'a', type: 'string', minimum: 1 }] },
      'variables[0].minimum',
    ],
    [{}, 'prompt'],
  ])('is refused by the field that is wrong: %j', async (body, field) => {
    const { status, json } = await call(handler, PUT, { params, body });
    expect([status, json['errors']]).toMatchObject([400, [{ field }]]);
  });

  test('is deleted version by version; a number is not used again', async () => {
    const organizationId = 'deleted';
    const put = (prompt: string) =>
      call(handler, PUT, { organizationId, params, body: { prompt } });
    for (const prompt of ['One.', 'Two.', 'Three.']) await put(prompt);
    const version = (at: string) => ({ organizationId, params: { ...params, version: at } });
    const gone = await call(handler, DELETE_VERSION, version('3'));
    expect(gone.json).toEqual({ ...params, deletedVersions: [3], latestVersion: 2 });
    expect((await call(handler, GET, { organizationId, params })).json['prompt']).toBe('Two.');
    expect((await call(handler, GET_VERSION, version('3'))).status).toBe(404);
    expect((await call(handler, DELETE_VERSION, version('3'))).status).toBe(404);
    expect((await put('Four.')).json['version']).toBe(4);
    const older = await call(handler, DELETE_VERSION, version('1'));
    expect(older.json).toEqual({ ...params, deletedVersions: [1], latestVersion: 4 });

    const all = await call(handler, DELETE, { organizationId, params });
    expect(all.json).toEqual({ ...params, deletedVersions: [2, 4] });
    for (const at of ['2', '4']) {
      expect((await call(handler, GET_VERSION, version(at))).status).toBe(404);
    }
    expect((await call(handler, GET, { organizationId, params })).status).toBe(404);
    expect((await call(handler, LIST, { organizationId })).json).toEqual({ items: [] });
    expect((await call(handler, DELETE, { organizationId, params })).status).toBe(404);
    expect((await put('Five.')).json['version']).toBe(5);
    const entries = await stores(store.db).audit.listDay(organizationId, '2026-11-21');
    const deletions = entries.filter(({ action }) => action === 'prompt-template.delete');
    expect(deletions).toMatchObject([
      { before: { version: 3n }, after: { version: 2n, deletedVersions: [3n] } },
      { before: { version: 4n }, after: { version: 4n, deletedVersions: [1n] } },
      { before: { version: 4n } },
    ]);
    expect(deletions.at(-1)?.after).toBeUndefined();
  });

  test('with more versions than fit into one write is deleted completely', async () => {
    const organizationId = 'many-versions';
    for (let at = 1; at <= 60; at += 1) {
      await call(handler, PUT, { organizationId, params, body: { prompt: `Text ${at}.` } });
    }
    const { json } = await call(handler, DELETE, { organizationId, params });
    expect(json['deletedVersions']).toEqual(Array.from({ length: 60 }, (_, at) => at + 1));
    expect(json['latestVersion']).toBeUndefined();
  });

  test('of another organization does not exist', async () => {
    await call(handler, PUT, { organizationId: 'one', params, body: TEMPLATE });
    const asked = { organizationId: 'two', params };
    expect((await call(handler, GET, asked)).status).toBe(404);
    expect((await call(handler, RENDER, { ...asked, body: RENDERING })).status).toBe(404);
    expect((await call(handler, LIST, { organizationId: 'two' })).json).toEqual({ items: [] });
  });

  test('is listed once, by name, page by page', async () => {
    const organizationId = 'listed';
    for (const name of ['b', 'a', 'ab', 'b']) {
      const body = { prompt: `${name} ${Math.random()}` };
      await call(handler, PUT, { organizationId, params: { name }, body });
    }
    const names: string[] = [];
    let query: Record<string, string> = { limit: '1' };
    for (let page = 0; page < 5; page += 1) {
      const { json } = await call(handler, LIST, { organizationId, query });
      names.push(...(json['items'] as { name: string }[]).map(({ name }) => name));
      if (json['nextCursor'] === undefined) break;
      query = { limit: '1', cursor: String(json['nextCursor']) };
    }
    expect(names).toEqual(['a', 'ab', 'b']);
  });
});
