import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLAUDE, type StandIn, startStandIn } from './stand-in.ts';

const LONG = 'The quick brown fox jumps over the lazy dog. '.repeat(150).trim();
const MINUTE_MS = 60_000;

let standIn: StandIn;
beforeAll(async () => {
  standIn = await startStandIn();
});
afterAll(() => standIn?.stop());
beforeEach(() => standIn.bedrock.clear());

/** Usage of a message after a system prompt with a cache point: [input, read, 5 m, 1 h]. */
async function ask(system: string, ttl: '5m' | '1h' = '5m', model = CLAUDE) {
  const { usage } = await standIn.anthropic.messages.create({
    model,
    max_tokens: 20,
    system: [{ type: 'text', text: system, cache_control: { type: 'ephemeral', ttl } }],
    messages: [{ role: 'user', content: 'Which animals occur?' }],
  });
  return [
    usage.input_tokens,
    usage.cache_read_input_tokens,
    usage.cache_creation?.ephemeral_5m_input_tokens,
    usage.cache_creation?.ephemeral_1h_input_tokens,
  ];
}

describe('the prompt cache', () => {
  it('is written first, then read, for five minutes after the last use', async () => {
    expect(await ask(LONG)).toEqual([7, 0, 1500, 0]);
    expect(await ask(LONG)).toEqual([7, 1500, 0, 0]);
    standIn.time.nowMs += 4 * MINUTE_MS;
    expect(await ask(LONG)).toEqual([7, 1500, 0, 0]);
    standIn.time.nowMs += 4 * MINUTE_MS;
    expect(await ask(LONG)).toEqual([7, 1500, 0, 0]);
    standIn.time.nowMs += 5 * MINUTE_MS;
    expect(await ask(LONG)).toEqual([7, 0, 1500, 0]);
  });

  it('keeps prefixes for an hour if told so', async () => {
    expect(await ask(LONG, '1h')).toEqual([7, 0, 0, 1500]);
    standIn.time.nowMs += 59 * MINUTE_MS;
    expect(await ask(LONG, '1h')).toEqual([7, 1500, 0, 0]);
  });

  it('keeps no prefix that is too short, and none for another model', async () => {
    expect(await ask('Be brief.')).toEqual([10, 0, 0, 0]);
    await ask(LONG);
    expect(await ask(LONG, '5m', 'anthropic.claude-sonnet-4-6')).toEqual([7, 0, 1500, 0]);
    expect(await ask(`Not the same. ${LONG}`)).toMatchObject([7, 0, 1504, 0]);
  });

  it('reads the longest prefix, and writes what follows it', async () => {
    const converse = async (texts: string[]) => {
      const content = texts.flatMap((text) => [
        { text },
        { cachePoint: { type: 'default' as const } },
      ]);
      const { usage } = await standIn.aws.send(
        new ConverseCommand({
          modelId: CLAUDE,
          messages: [{ role: 'user', content: [...content, { text: 'Go on.' }] }],
        }),
      );
      return usage;
    };
    expect(await converse([LONG])).toMatchObject({
      cacheWriteInputTokens: 1503,
      cacheDetails: [{ ttl: '5m', inputTokens: 1503 }],
    });
    const second = await converse([LONG, 'And then? '.repeat(50).trim()]);
    expect(second).toMatchObject({ cacheReadInputTokens: 1503, cacheWriteInputTokens: 150 });
    const { inputTokens = 0, outputTokens = 0, totalTokens } = second ?? {};
    expect(totalTokens).toBe(inputTokens + outputTokens + 1503 + 150);
  });

  it.each([
    [['5m', '1h'] as const, 'must not come after'],
    [['1h', '1h', '1h', '5m', '5m'] as const, 'A maximum of 4 blocks'],
  ])('refuses cache points %j', async (ttls, message) => {
    const system = ttls.map((ttl) => ({
      type: 'text' as const,
      text: 'Be brief.',
      cache_control: { type: 'ephemeral' as const, ttl },
    }));
    const answer = standIn.anthropic.messages.create({
      model: CLAUDE,
      max_tokens: 20,
      system,
      messages: [{ role: 'user', content: 'Hello there' }],
    });
    await expect(answer).rejects.toThrow(message);
  });
});
