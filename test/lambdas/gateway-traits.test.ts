import { describe, expect, it } from 'vitest';
import { postingsOf } from '../../domain/ledger/entry-postings.ts';
import { ONE_SHARD } from '../../domain/reporting/usage-shards.ts';
import { entryItem } from '../../tables/ledger/entry-items.ts';
import { recordPut } from '../../tables/token-usage/table.ts';
import { unitsOfCommit } from '../support/write-units.ts';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { CLAUDE, GPT } from '../local/bedrock/stand-in.ts';

const desk = openGatewayDesk();
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const turns = [{ role: 'user', content: [{ text: 'Name the capital of France.' }] }];
const MESSAGES = 'POST /anthropic/v1/messages';
const CHAT = 'POST /openai/v1/chat/completions';

/** Calls of every API, with a limit of output tokens. */
const CALLS = [
  [MESSAGES, (max: number) => ({ model: CLAUDE, max_tokens: max, messages: said })],
  [CHAT, (max: number) => ({ model: GPT, max_completion_tokens: max, messages: said })],
  [CHAT, (max: number) => ({ model: CLAUDE, max_completion_tokens: max, messages: said })],
  [
    'POST /openai/v1/responses',
    (max: number) => ({ model: GPT, max_output_tokens: max, input: 'Name the capital.' }),
  ],
  [
    'POST /v1/invocations',
    (max: number) => ({ model: CLAUDE, messages: turns, maxOutputTokens: max }),
  ],
] as const;

describe('how a call through the gateway ended', () => {
  it.each(CALLS)('is kept, whole and streamed: %s', async (route, bodyWith) => {
    for (const stream of [false, true]) {
      const whole = await desk.call(route, { body: { ...bodyWith(500), stream } });
      expect(whole.status, whole.body).toBe(200);
      expect((await desk.entryOf(whole))?.answer).toMatchObject({
        status: 'completed',
        finishReason: 'stop',
      });
      const cut = await desk.call(route, { body: { ...bodyWith(17), stream } });
      expect(cut.status, cut.body).toBe(200);
      expect((await desk.entryOf(cut))?.answer).toMatchObject({
        status: 'incomplete',
        finishReason: 'length',
      });
    }
  });

  it('is failed if its provider broke off', async () => {
    desk.standIn.set({ rules: [{ steps: [{ outputTokens: 40, breaks: { afterTokens: 12 } }] }] });
    const [route, bodyWith] = CALLS[0];
    const answer = await desk.call(route, { body: { ...bodyWith(500), stream: true } });
    expect((await desk.entryOf(answer))?.answer).toMatchObject({ status: 'failed' });
  });
});

describe('how a call through the gateway was meant', () => {
  const [route, bodyWith] = CALLS[0];
  const traitsWith = async (headers: Record<string, string>) => {
    const answer = await desk.call(route, { body: bodyWith(500), headers });
    expect(answer.status, answer.body).toBe(200);
    return (await desk.entryOf(answer))?.traits;
  };

  it('is told by a header', async () => {
    expect(await traitsWith({ 'x-purser-urgency': 'deferred' })).toMatchObject({
      urgency: 'deferred',
    });
    const headers = { 'x-purser-urgency': 'soon' };
    const refused = await desk.call(route, { body: bodyWith(500), headers });
    expect(refused.status).toBe(400);
    expect(refused.body).toContain('x-purser-urgency');
  });

  it.each([
    ['x-stainless-retry-count', '1', 2],
    ['amz-sdk-request', 'attempt=3; max=4', 3],
    ['x-stainless-retry-count', '0', undefined],
    ['x-stainless-retry-count', '9999', undefined],
    ['amz-sdk-request', 'attempt=1; max=3', undefined],
    ['amz-sdk-request', 'attempt=x', undefined],
  ])('says by %s: %s which attempt it is', async (name, value, attempt) => {
    expect((await traitsWith({ [name]: value }))?.attempt).toBe(attempt);
  });
});

describe('what stands for the prompt of a call', () => {
  const SYSTEM = 'You are a careful editor. '.repeat(60);
  const bodyOf = (question: string, over: object = {}) => ({
    model: CLAUDE,
    max_tokens: 100,
    system: SYSTEM,
    messages: [{ role: 'user', content: question }],
    ...over,
  });
  const traitsOf = async (body: object, route: string = MESSAGES, headers = {}) => {
    const answer = await desk.call(route, { body, headers });
    expect(answer.status, answer.body).toBe(200);
    const entry = await desk.entryOf(answer);
    expect(
      JSON.stringify(entry, (_, value) => (typeof value === 'bigint' ? 0 : value)),
    ).not.toMatch(/careful editor|capital/);
    return { ...entry?.traits, inputTokens: entry?.prediction?.inputTokens ?? 0 };
  };

  it('is equal for equal prompts, and shares the prefix with other questions', async () => {
    const first = await traitsOf(bodyOf('Name the capital.'));
    const again = await traitsOf(bodyOf('Name the capital.', { max_tokens: 50, stream: true }));
    const other = await traitsOf(bodyOf('Name another one.'));
    expect(first.promptHash).toMatch(/^[\w-]{16}$/);
    expect(again).toMatchObject({ promptHash: first.promptHash, prefix: first.prefix });
    expect(other.promptHash).not.toBe(first.promptHash);
    expect(other.prefix).toEqual(first.prefix);
    expect(first.prefix?.hash).not.toBe(first.promptHash);
    const { tokens = 0 } = first.prefix ?? {};
    expect(tokens).toBeGreaterThan(first.inputTokens * 0.9);
    expect(tokens).toBeLessThan(first.inputTokens);
  });

  it('is not changed by marks for the cache, and is by tools and images', async () => {
    const block = { type: 'text', text: SYSTEM };
    const plain = await traitsOf(bodyOf('Name the capital.'));
    const marked = await traitsOf(
      bodyOf('Name the capital.', {
        system: [{ ...block, cache_control: { type: 'ephemeral' } }],
      }),
    );
    expect(marked).toMatchObject({ promptHash: plain.promptHash, prefix: { ...plain.prefix } });
    const tools = [{ name: 'look', description: 'Looks', input_schema: { type: 'object' } }];
    const tooled = await traitsOf(bodyOf('Name the capital.', { tools }));
    expect(tooled.promptHash).not.toBe(plain.promptHash);
    expect(tooled.prefix?.hash).not.toBe(plain.prefix?.hash);
    const pictured = (data: string) =>
      bodyOf('', {
        messages: [
          {
            role: 'user',
            content: [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data } }],
          },
        ],
      });
    const [one, two] = [await traitsOf(pictured('AAAA')), await traitsOf(pictured('AAAB'))];
    expect(one.promptHash).not.toBe(two.promptHash);
    expect(one.prefix).toEqual(two.prefix);
  });

  it('differs between organizations, and from what anybody can compute', async () => {
    const own = await traitsOf(bodyOf('Name the capital.'));
    desk.organizationId += '-other';
    desk.key = await desk.newKey({ role: 'admin' });
    const other = await traitsOf(bodyOf('Name the capital.'));
    expect(other.promptHash).not.toBe(own.promptHash);
    expect(other.prefix?.hash).not.toBe(own.prefix?.hash);
  });

  it('costs no more write units: the entry and its record stay below the next KiB', async () => {
    await desk.limit('user', 'ada', 1_000_000_000n);
    const headers = {
      'x-purser-user': 'ada',
      'x-purser-urgency': 'deferred',
      'x-purser-session': '01a22dd3-18a7-7d92-9cd6-5df43417eb0c',
      'x-purser-tags': 'project=apollo',
      'x-stainless-retry-count': '1',
    };
    const answer = await desk.call(MESSAGES, { body: bodyOf('Name the capital.'), headers });
    const entry = await desk.entryOf(answer);
    if (!entry) throw new Error(answer.body);
    const [posting] = postingsOf(undefined, entry);
    if (!posting) throw new Error('no posting');
    const items = [
      entryItem(entry, { ...desk.world, retentionDays: 400 }),
      recordPut(posting, 400, ONE_SHARD).item,
    ];
    for (const after of items)
      expect(unitsOfCommit([{ table: 'any', before: undefined, after }])).toBe(1);
  });

  it('has no prefix where a prompt begins with its question', async () => {
    const traits = await traitsOf(bodyOf('Name the capital.', { system: undefined }));
    expect(traits.promptHash).toMatch(/^[\w-]{16}$/);
    expect(traits.prefix).toBeUndefined();
  });

  it('is left alone where the caller tells a hash by a tag', async () => {
    const headers = { 'x-purser-tags': 'promptHash=mine' };
    const traits = await traitsOf(bodyOf('Name the capital.'), MESSAGES, headers);
    expect(traits.promptHash).toBeUndefined();
    expect(traits.prefix?.hash).toMatch(/^[\w-]{16}$/);
  });
});
