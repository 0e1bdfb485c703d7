import { describe, expect, it } from 'vitest';
import { BETA_FLAGS } from '../../../domain/gateway/beta-flags.ts';
import { bridged, bridgedFurther, withoutFlags } from '../../../domain/gateway/bridge.ts';
import type { JsonObject } from '../../../domain/gateway/wire-format.ts';
import { checkAnthropicFields } from '../../../local/bedrock/requests/anthropic-fields.ts';

const INVALID = 'invalid beta flag';
const sent = (flags: string, body: JsonObject = {}) => ({
  headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': flags },
  body,
});

describe('a request on its way to Bedrock', () => {
  it('stays as it is if Bedrock takes its flags', () => {
    const request = sent('claude-code-20250219,context-management-2025-06-27', {
      context_management: { edits: [] },
    });
    const result = bridged(request);
    expect(result).toEqual({ ...request, removed: [] });
    expect(result.body).toBe(request.body);
  });

  it('loses a flag that Bedrock refuses, together with its members wherever they are', () => {
    const cache = (scope?: string) => ({ type: 'ephemeral', ttl: '1h', ...(scope && { scope }) });
    const body = (scope?: string) => ({
      speed: 'fast',
      system: [{ type: 'text', text: 'Hi', cache_control: cache(scope) }],
      tools: [{ name: 'read', cache_control: cache(scope) }, { name: 'write' }],
      messages: [
        {
          role: 'user',
          content: [
            { type: 'tool_result', content: [{ type: 'text', cache_control: cache(scope) }] },
          ],
        },
        { role: 'assistant', content: 'text' },
      ],
    });
    const { speed: _, ...left } = body();
    expect(
      bridged(
        sent('fast-mode-2026-02-01, prompt-caching-scope-2026-01-05', body('global') as JsonObject),
      ),
    ).toEqual({
      headers: { 'anthropic-version': '2023-06-01' },
      body: left,
      removed: [
        'fast-mode-2026-02-01',
        'prompt-caching-scope-2026-01-05',
        'speed',
        'system.*.cache_control.scope',
        'tools.*.cache_control.scope',
        'messages.*.content.*.content.*.cache_control.scope',
      ],
    });
  });

  it('loses a flag that nobody knows, and keeps an unknown member for Bedrock to judge', () => {
    const { headers, body, removed } = bridged(
      sent('tomorrow-2030-01-01,effort-2025-11-24', { tomorrow: 1 }),
    );
    expect(headers['anthropic-beta']).toBe('effort-2025-11-24');
    expect(body).toEqual({ tomorrow: 1 });
    expect(removed).toEqual(['tomorrow-2030-01-01']);
  });

  it('gets the name that Bedrock has for a flag, and loses what that does not allow', () => {
    const tool = { name: 'read', defer_loading: true, input_examples: [{}] };
    const body = { tools: [tool] };
    const renamed = bridged(sent('advanced-tool-use-2025-11-20', body));
    expect(renamed).toMatchObject({
      headers: { 'anthropic-beta': 'tool-search-tool-2025-10-19' },
      body: { tools: [{ name: 'read', defer_loading: true }] },
      removed: ['tools.*.input_examples'],
    });
    const both = bridged(sent('advanced-tool-use-2025-11-20,tool-examples-2025-10-29', body));
    expect(both.body).toBe(body);
  });

  it('keeps the rest of a member of which only a part is unknown', () => {
    const { body } = bridged(
      sent('task-budgets-2026-03-13', {
        output_config: { effort: 'high', task_budget: { total: 1 } },
      }),
    );
    expect(body).toEqual({ output_config: { effort: 'high' } });
  });

  it('is taken as it is by the stand-in, whatever flags and members it had', () => {
    const everything = sent(BETA_FLAGS.map(({ flag }) => flag).join(','), {
      model: 'm',
      context_management: {},
      speed: 'fast',
      output_config: { effort: 'low', task_budget: {} },
      tools: [
        {
          name: 'read',
          defer_loading: true,
          input_examples: [],
          allowed_callers: [],
          eager_input_streaming: true,
        },
      ],
    });
    const check = ({ headers, body }: { headers: Record<string, unknown>; body: JsonObject }) =>
      checkAnthropicFields(
        body,
        String(headers['anthropic-beta'] ?? '')
          .split(',')
          .filter(Boolean),
      );
    expect(() => check(everything)).toThrow(INVALID);
    expect(() => check(bridged(everything))).not.toThrow();
    expect(() => check(withoutFlags(everything))).not.toThrow();
  });
});

describe('a request that Bedrock refused', () => {
  const first = bridged(
    sent('effort-2025-11-24,tomorrow-2030-01-01', { output_config: { effort: 'low' }, x: 1 }),
  );

  it('loses all flags with their members if one of them is invalid', () => {
    const next = bridgedFurther(first, `The model returned the following errors: ${INVALID}`);
    expect(next).toEqual({
      headers: { 'anthropic-version': '2023-06-01' },
      body: { x: 1 },
      removed: ['tomorrow-2030-01-01', 'effort-2025-11-24', 'output_config.effort'],
    });
    expect(next && bridgedFurther(next, INVALID)).toBeUndefined();
  });

  it.each([
    ['x: Extra inputs are not permitted', { x: 1, y: 1 }, { y: 1 }],
    [
      'tools.1.custom.tomorrow: Extra inputs are not permitted',
      {
        tools: [
          { name: 'a', tomorrow: 1 },
          { name: 'b', tomorrow: 2 },
        ],
      },
      { tools: [{ name: 'a' }, { name: 'b' }] },
    ],
    [
      'messages.0.content.0.text.cache_control.ephemeral.tomorrow: Extra inputs are not permitted',
      { messages: [{ content: [{ cache_control: { type: 'ephemeral', tomorrow: 1 } }] }] },
      { messages: [{ content: [{ cache_control: { type: 'ephemeral' } }] }] },
    ],
  ])('loses the member of a removed flag that it names: %s', (refusal, body, left) => {
    const request = bridged(sent('tomorrow-2030-01-01', body));
    expect(bridgedFurther(request, refusal)?.body).toEqual(left);
  });

  it.each([
    ['another reason', 'tomorrow-2030-01-01', { x: 1 }, 'max_tokens: Field required'],
    ['a client’s own mistake', '', { x: 1 }, 'x: Extra inputs are not permitted'],
    ['a member that it has not', 'tomorrow', {}, 'x: Extra inputs are not permitted'],
    [
      'a member whose work the client would miss',
      'mcp-client-2025-11-20',
      { mcp_servers: [{}] },
      'mcp_servers: Extra inputs are not permitted',
    ],
  ])('stays refused for %s', (_, flags, body, refusal) => {
    expect(bridgedFurther(bridged(sent(flags, body)), refusal)).toBeUndefined();
  });
});

describe('what is known of flags', () => {
  it('has one row with a source for each, and only names that Bedrock takes', () => {
    const flags = BETA_FLAGS.map(({ flag }) => flag);
    expect(new Set(flags).size).toBe(flags.length);
    for (const { onBedrock, source } of BETA_FLAGS) {
      expect(source).not.toBe('');
      if (onBedrock !== undefined) {
        expect(BETA_FLAGS.find(({ flag }) => flag === onBedrock)?.onBedrock).toBe(onBedrock);
      }
    }
  });
});
