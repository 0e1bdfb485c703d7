import { describe, expect, it } from 'vitest';
import { finishReasonIn } from '../../../domain/provider-usage/finish-reason.ts';

const functionCall = { type: 'function_call', name: 'look', arguments: '{}' };

describe('why a model stopped', () => {
  it.each([
    ['Chat Completions', { choices: [{ finish_reason: 'tool_calls' }] }, 'tool_calls'],
    ['Messages', { stop_reason: 'max_tokens', usage: {} }, 'length'],
    ['an event of Messages', { type: 'message_delta', delta: { stop_reason: 'end_turn' } }, 'stop'],
    ['Converse', { stopReason: 'guardrail_intervened' }, 'content_filter'],
    ['Gemini', { candidates: [{ finishReason: 'SAFETY' }] }, 'content_filter'],
    ['Titan', { results: [{ completionReason: 'FINISH' }] }, 'stop'],
    ['Responses', { status: 'completed', output: [{ type: 'message' }] }, 'stop'],
    ['Responses that call', { status: 'completed', output: [functionCall] }, 'tool_calls'],
    [
      'Responses that are cut',
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' }, output: [] },
      'length',
    ],
    ['an event of Responses', { response: { status: 'failed', output: [] } }, 'error'],
    ['a line of a batch', { result: { message: { stop_reason: 'refusal' } } }, 'content_filter'],
  ])('is read from %s', (_, response, reason) => {
    expect(finishReasonIn(response)).toBe(reason);
  });

  it.each([
    ['a report of usage alone', { input_tokens: 1, output_tokens: 2 }],
    ['a stream that goes on', { choices: [{ finish_reason: null, delta: {} }] }],
    ['a response that is not over', { response: { status: 'in_progress', output: [] } }],
    ['a word that nobody knows', { stop_reason: 'tired' }],
    ['a name that every object inherits', { stop_reason: 'constructor' }],
  ])('is not said by %s', (_, response) => {
    expect(finishReasonIn(response)).toBeUndefined();
  });
});
