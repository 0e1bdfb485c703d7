import { describe, expect, it } from 'vitest';
import { parseUsd } from '../../domain/money.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';

const desk = openGatewayDesk();
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';
const AUTO = { 'x-purser-prompt-cache': 'auto' };
/** Some 6,000 tokens. */
const instructions = 'Answer as a patient teacher of geography would. '.repeat(600);

type Turn = { role: 'user' | 'assistant'; content: string };

/** A conversation of an agent, whose every turn repeats what was said before. */
async function converse(headers: Record<string, string>, turns: number) {
  const messages: Turn[] = [];
  let cost = 0n;
  let saved = 0n;
  const told: string[] = [];
  for (let turn = 0; turn < turns; turn += 1) {
    messages.push({ role: 'user', content: `${turn}: ${'Tell me about rivers. '.repeat(300)}` });
    const body = { model: CLAUDE, max_tokens: 20, system: instructions, messages };
    const answer = await desk.call(MESSAGES, { body, headers });
    expect(answer.status, answer.body).toBe(200);
    cost += parseUsd(answer.headers['x-purser-cost-usd'] ?? '') ?? 0n;
    saved += parseUsd(answer.headers['x-purser-cache-saved-usd'] ?? '0') ?? 0n;
    told.push(answer.headers['x-purser-prompt-cache'] ?? '');
    messages.push({ role: 'assistant', content: 'They flow to the sea.' });
  }
  return { cost, saved, told };
}

const prompts = (count: number, promptOf: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => [{ role: 'user', content: promptOf(at) }]);

describe('a prompt that may be marked', () => {
  it('is marked once its route repeats itself, which costs less than half', async () => {
    const plain = await converse({}, 12);
    const marked = await converse(AUTO, 12);
    expect(marked.told.slice(0, 2)).toEqual(['off', '5m at instructions']);
    expect(marked.told.at(-1)).toMatch(/^5m at instructions, 5m at turn \d+, 5m at turn \d+$/);
    expect(Number(marked.cost) / Number(plain.cost)).toBeLessThan(0.5);
    // Prices are rounded up to a nano-dollar for each kind of tokens of a call.
    expect(plain.saved).toBe(0n);
    expect(Math.abs(Number(marked.cost + marked.saved - plain.cost))).toBeLessThanOrEqual(12 * 4);
    expect(await desk.check()).toMatchObject({ violations: [] });
  });

  it('is never marked where prompts share nothing', async () => {
    for (const messages of prompts(8, (at) => `${at} ${'Read this once. '.repeat(900)}`)) {
      const body = { model: CLAUDE, max_tokens: 10, messages };
      const answer = await desk.call(MESSAGES, { body, headers: AUTO });
      expect(answer.headers['x-purser-prompt-cache']).toBe('off');
    }
    expect(JSON.stringify(desk.standIn.lastCall()?.body ?? {})).not.toContain('cache_control');
  });

  it('is marked in chats that Converse serves', async () => {
    const answers = [];
    for (const asked of prompts(5, (at) => `What is river ${at}?`)) {
      const messages = [{ role: 'system', content: instructions }, ...asked];
      const body = { model: CLAUDE, max_tokens: 10, messages };
      answers.push(await desk.call(CHAT, { body, headers: AUTO }));
    }
    expect(answers.map(({ headers }) => headers['x-purser-prompt-cache'])).toEqual([
      'off',
      '5m at instructions',
      '5m at instructions',
      '5m at instructions',
      '5m at instructions',
    ]);
    expect(desk.standIn.lastCall()?.usage?.cacheReadTokens).toBeGreaterThan(4_000);
  });

  it('keeps the marks of a client as they are', async () => {
    const own = [
      { type: 'text', text: instructions, cache_control: { type: 'ephemeral', ttl: '1h' } },
    ];
    for (const messages of prompts(3, (at) => `What is river ${at}?`)) {
      const body = { model: CLAUDE, max_tokens: 10, system: own, messages };
      const answer = await desk.call(MESSAGES, { body, headers: AUTO });
      expect(answer.headers['x-purser-prompt-cache']).toBe('off');
    }
    expect(desk.standIn.lastCall()?.usage?.cacheReadTokens).toBeGreaterThan(4_000);
  });

  it('is left alone where the model takes no marks', async () => {
    for (const asked of prompts(3, (at) => `What is river ${at}?`)) {
      const messages = [{ role: 'system', content: instructions }, ...asked];
      const answer = await desk.call(CHAT, { body: { model: GPT, messages }, headers: AUTO });
      expect([answer.status, answer.headers['x-purser-prompt-cache']]).toEqual([200, 'off']);
    }
  });

  it('needs a wish that is known', async () => {
    const body = { model: CLAUDE, max_tokens: 10, messages: prompts(1, String)[0] };
    const headers = { 'x-purser-prompt-cache': 'always' };
    const answer = await desk.call(MESSAGES, { body, headers });
    expect([answer.status, answer.body]).toEqual([
      400,
      expect.stringContaining('x-purser-prompt-cache') as string,
    ]);
  });
});
