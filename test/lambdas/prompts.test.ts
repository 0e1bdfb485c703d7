import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { promptServices } from '../../composition/prompts.ts';
import { createHandler } from '../../lambdas/prompts/handler.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';
import { call } from '../support/http-event.ts';
import { NOON } from '../support/postings.ts';
import { WORDY_PROMPT } from '../support/prompt-bodies.ts';
import { testWorld } from '../support/world.ts';

const OPTIMIZE = 'POST /v1/prompts/optimize';
const MODEL = 'anthropic.claude-sonnet-4-6';

let store: EmbeddedStore;
let handler: unknown;
beforeAll(async () => {
  store = await startEmbeddedStore();
  const world = testWorld(() => NOON);
  handler = createHandler({ ...world, ...promptServices(store.db, world) });
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
    [{ messages, pinned: [11] }, 'pinned.0'],
    [{}, 'prompt'],
    [{ prompt: 'Hello', messages }, 'prompt'],
    [{ prompt: 'Hello', model: 'no-such-model' }, 'model'],
  ])('is refused by the field that is wrong', async (body, field) => {
    const { status, json } = await optimize(body);
    expect(status).toBe(field === 'model' ? 422 : 400);
    expect(json['errors']).toMatchObject([{ field }]);
  });
});
