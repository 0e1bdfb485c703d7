import { describe, expect, it } from 'vitest';
import { openGatewayDesk } from '../support/gateway-desk.ts';
import { CLAUDE, NOVA } from '../local/bedrock/stand-in.ts';

const desk = openGatewayDesk();
const MESSAGES = 'POST /anthropic/v1/messages';
const said = [{ role: 'user', content: 'Name the capital of France.' }];
const body = { model: CLAUDE, max_tokens: 100, messages: said };
/** What Claude Code 2.1.220 sends to a gateway, by anthropics/claude-code#82549 and #30926. */
const CLAUDE_CODE_FLAGS =
  'claude-code-20250219,interleaved-thinking-2025-05-14,advanced-tool-use-2025-11-20,effort-2025-11-24,prompt-caching-scope-2026-01-05,extended-cache-ttl-2025-04-11,context-management-2025-06-27';
const claudeCode = {
  ...body,
  system: [
    {
      type: 'text',
      text: 'You code.',
      cache_control: { type: 'ephemeral', ttl: '1h', scope: 'global' },
    },
  ],
  tools: [
    {
      name: 'Read',
      input_schema: { type: 'object' },
      defer_loading: true,
      allowed_callers: ['direct'],
    },
  ],
  thinking: { type: 'adaptive' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
};
const headers = { 'anthropic-beta': CLAUDE_CODE_FLAGS };
const fault = (message: string) => ({ fault: { kind: 'validation', message } });
const INVALID = 'invalid beta flag';

describe('beta flags', () => {
  it.each([CLAUDE, NOVA])('of Claude Code do not keep %s from answering', async (model) => {
    const answer = await desk.call(MESSAGES, { body: { ...claudeCode, model }, headers });
    expect(answer.status, answer.body).toBe(200);
    expect(desk.standIn.bedrock.record.list()).toHaveLength(1);
  });

  it('that Bedrock refuses are told, and what it takes arrives', async () => {
    const answer = await desk.call(MESSAGES, { body: claudeCode, headers });
    expect(answer.headers['x-purser-removed']).toBe(
      [
        'prompt-caching-scope-2026-01-05',
        'extended-cache-ttl-2025-04-11',
        'tools.*.allowed_callers',
        'system.*.cache_control.scope',
      ].join(', '),
    );
    expect(desk.standIn.lastCall()?.body).toMatchObject({
      system: [{ cache_control: { type: 'ephemeral', ttl: '1h' } }],
      tools: [{ name: 'Read', defer_loading: true }],
      context_management: claudeCode.context_management,
      output_config: { effort: 'high' },
    });
  });

  it('that a model refuses nevertheless are left out at the second attempt, then at once', async () => {
    desk.standIn.set({ rules: [{ once: true, steps: [fault(INVALID)] }] });
    const ask = () =>
      desk.call(MESSAGES, {
        body: claudeCode,
        headers: { ...headers, 'anthropic-beta': `${CLAUDE_CODE_FLAGS},${desk.organizationId}` },
      });
    const answer = await ask();
    expect(answer.status, answer.body).toBe(200);
    expect(desk.standIn.bedrock.record.list()).toHaveLength(2);
    expect(desk.standIn.lastCall()?.body).not.toHaveProperty('context_management');
    expect((await desk.entryOf(answer))?.state).toBe('settled');
    expect((await ask()).status).toBe(200);
    expect(desk.standIn.bedrock.record.list()).toHaveLength(3);
  });

  it('never heard of go with the member that Bedrock names', async () => {
    const answer = await desk.call(MESSAGES, {
      body: { ...body, tomorrow: { on: true } },
      headers: { 'anthropic-beta': 'tomorrow-2030-01-01' },
    });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['x-purser-removed']).toBe('tomorrow-2030-01-01, tomorrow');
  });

  it('do not hide what a client would miss: its provider refuses that in its own words', async () => {
    const answer = await desk.call(MESSAGES, {
      body: { ...body, tools: [{ type: 'advisor_20260301', name: 'advisor' }] },
      headers: { 'anthropic-beta': 'advisor-tool-2026-03-01' },
    });
    expect(answer.status).toBe(400);
    // Claude Code sends the request again without this tool when it reads these words.
    expect(answer.body).toContain("Input tag 'advisor_20260301'");
    expect((await desk.entryOf(answer))?.state).toBe('voided');
  });

  it('never make headers longer than API Gateway passes on', async () => {
    const many = Array.from({ length: 500 }, (_, at) => `flag-ü-${at}`).join(',');
    const answer = await desk.call(MESSAGES, { body, headers: { 'anthropic-beta': many } });
    expect(answer.status, answer.body).toBe(200);
    expect(answer.headers['x-purser-removed']).toHaveLength(1_000);
  });

  it('are no reason to send a request forever', async () => {
    desk.standIn.set({ rules: [{ steps: [fault(INVALID)] }] });
    const answer = await desk.call(MESSAGES, {
      body,
      headers: { 'anthropic-beta': 'effort-2025-11-24' },
    });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ error: { message: INVALID } });
    expect(desk.standIn.bedrock.record.list()).toHaveLength(2);
  });

  it('do not keep tokens from being counted by the provider', async () => {
    const count = async (more: object, sent: Record<string, string>) => {
      const answer = await desk.call('POST /anthropic/v1/messages/count_tokens', {
        body: { model: CLAUDE, messages: said, ...more },
        headers: sent,
      });
      return JSON.parse(answer.body) as { input_tokens: number };
    };
    const { context_management, output_config } = claudeCode;
    expect(await count({ context_management, output_config }, headers)).toEqual(
      await count({}, {}),
    );
    expect(desk.standIn.bedrock.record.list().map(({ outcome }) => outcome)).toEqual([
      'answered',
      'answered',
    ]);
  });
});

describe('a prompt that is too long', () => {
  const long = { ...body, messages: [{ role: 'user', content: 'word '.repeat(1_000_001) }] };
  it.each([
    [
      CLAUDE,
      /^capability_rejected: prompt_too_long \(prompt is too long: \d+ tokens > 1000000 maximum\)$/,
    ],
    [NOVA, /^capability_rejected: prompt_too_long \(prompt is too long: Input is too long/],
  ])('makes Claude Code shorten its conversation with %s', async (model, words) => {
    const answer = await desk.call(MESSAGES, { body: { ...long, model } });
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({
      type: 'error',
      error: { type: 'invalid_request_error', message: expect.stringMatching(words) },
    });
    expect((await desk.entryOf(answer))?.state).toBe('voided');
  });

  it('stays in the words of the provider otherwise', async () => {
    const answer = await desk.call('POST /bedrock/model/{modelId}/converse', {
      params: { modelId: CLAUDE },
      body: { messages: [{ role: 'user', content: [{ text: 'word '.repeat(1_000_001) }] }] },
    });
    expect(JSON.parse(answer.body)).toEqual({ message: 'Input is too long for requested model.' });
  });
});
