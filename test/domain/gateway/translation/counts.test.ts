import { describe, expect, it } from 'vitest';
import { translationTo } from '../../../../domain/gateway/translation/translation.ts';
import { converseAnswer } from '../../../support/converse-stream.ts';

describe('what clients and Converse count and call differently', () => {
  const facts = {
    id: 'r1',
    model: 'purser-model',
    createdAtMs: 0,
    request: {},
    includesUsage: false,
  };
  const usage = {
    inputTokens: 10,
    outputTokens: 5,
    totalTokens: 65,
    cacheReadInputTokens: 20,
    cacheWriteInputTokens: 30,
    cacheDetails: [
      { ttl: '5m', inputTokens: 12 },
      { ttl: '1h', inputTokens: 18 },
    ],
  };

  it('counts cached input as part of the prompt for OpenAI: the total less the output', () => {
    const answer = converseAnswer([{ text: 'Hi' }], { usage });
    expect(translationTo('chat').answer(answer, facts)['usage']).toEqual({
      prompt_tokens: 60,
      completion_tokens: 5,
      total_tokens: 65,
      prompt_tokens_details: { cached_tokens: 20, cache_write_tokens: 30 },
    });
    expect(translationTo('responses').answer(answer, facts)['usage']).toMatchObject({
      input_tokens: 60,
      input_tokens_details: { cached_tokens: 20, cache_write_tokens: 30 },
      total_tokens: 65,
    });
  });

  it('counts it apart for Anthropic, and writes by their life', () => {
    const answer = converseAnswer([{ text: 'Hi' }], { usage });
    expect(translationTo('messages').answer(answer, facts)['usage']).toMatchObject({
      input_tokens: 10,
      output_tokens: 5,
      cache_read_input_tokens: 20,
      cache_creation_input_tokens: 30,
      cache_creation: { ephemeral_5m_input_tokens: 12, ephemeral_1h_input_tokens: 18 },
    });
  });

  it.each([
    ['end_turn', 'stop', 'end_turn', 'completed', null],
    ['stop_sequence', 'stop', 'stop_sequence', 'completed', null],
    ['max_tokens', 'length', 'max_tokens', 'incomplete', 'max_output_tokens'],
    [
      'model_context_window_exceeded',
      'length',
      'model_context_window_exceeded',
      'incomplete',
      'max_output_tokens',
    ],
    ['guardrail_intervened', 'content_filter', 'refusal', 'incomplete', 'content_filter'],
    ['content_filtered', 'content_filter', 'refusal', 'incomplete', 'content_filter'],
    ['malformed_tool_use', 'stop', 'end_turn', 'completed', null],
    ['malformed_model_output', 'stop', 'end_turn', 'completed', null],
    ['a reason of the future', 'stop', 'end_turn', 'completed', null],
  ])('says %s as %s, %s and %s', (stopReason, finishReason, messagesReason, status, reason) => {
    const answer = converseAnswer([{ text: 'Hi' }], { stopReason });
    expect(translationTo('chat').answer(answer, facts)).toMatchObject({
      choices: [{ finish_reason: finishReason }],
    });
    expect(translationTo('messages').answer(answer, facts)).toMatchObject({
      stop_reason: messagesReason,
    });
    expect(translationTo('responses').answer(answer, facts)).toMatchObject({
      status,
      incomplete_details: reason === null ? null : { reason },
    });
  });

  it('says who called a tool, and which model answered, which Converse does not', () => {
    const answer = converseAnswer([{ toolUse: { toolUseId: 'x', name: 'read', input: {} } }], {
      stopReason: 'tool_use',
    });
    expect(translationTo('messages').answer(answer, facts)).toMatchObject({
      model: 'purser-model',
      content: [{ type: 'tool_use', caller: { type: 'direct' } }],
    });
    expect(translationTo('chat').answer(answer, facts)).toMatchObject({
      model: 'purser-model',
      choices: [{ message: { content: null }, finish_reason: 'tool_calls' }],
    });
  });

  it('leaves out what tools of the provider did', () => {
    const answer = converseAnswer([
      { toolUse: { toolUseId: 'x', name: 'nova_grounding', input: {}, type: 'server_tool_use' } },
      { toolResult: { toolUseId: 'x', content: [], type: 'nova_grounding_result' } },
      { citationsContent: { content: [{ text: 'Yes.' }], citations: [] } },
    ]);
    expect(translationTo('chat').answer(answer, facts)).toMatchObject({
      choices: [{ message: { content: 'Yes.' }, finish_reason: 'stop' }],
    });
  });
});
