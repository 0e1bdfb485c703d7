import { describe, expect, it } from 'vitest';
import { hiddenLimitOf } from '../../../domain/gateway/hidden-limits.ts';
import { withOutputLimit } from '../../../domain/gateway/output-limit.ts';
import type { JsonObject, ModelApi } from '../../../domain/gateway/wire-format.ts';

const thinking = (tokens: number) => ({ type: 'enabled', budget_tokens: tokens });

describe('the maximum of output that a hold pays for', () => {
  it.each<[ModelApi, JsonObject, number, JsonObject]>([
    ['chat', {}, 100, { max_completion_tokens: 100 }],
    ['chat', { max_tokens: 500 }, 100, { max_tokens: 100 }],
    ['chat', { max_tokens: 50 }, 100, { max_tokens: 50 }],
    [
      'chat',
      { max_tokens: 5, max_completion_tokens: 5_000 },
      100,
      { max_tokens: 5, max_completion_tokens: 100 },
    ],
    ['responses', { max_output_tokens: 500 }, 100, { max_output_tokens: 100 }],
    ['embeddings', { input: 'a' }, 100, { input: 'a' }],
    [
      'messages',
      { max_tokens: 9_000, thinking: thinking(5_000) },
      3_000,
      { max_tokens: 3_000, thinking: thinking(2_999) },
    ],
    ['messages', { max_tokens: 9_000, thinking: thinking(5_000) }, 800, { max_tokens: 800 }],
    [
      'converse',
      { additionalModelRequestFields: { thinking: thinking(5_000), top_k: 1 } },
      800,
      { inferenceConfig: { maxTokens: 800 }, additionalModelRequestFields: { top_k: 1 } },
    ],
    [
      'invoke',
      { inferenceConfig: { maxTokens: 9_000, max_new_tokens: 1 } },
      100,
      { inferenceConfig: { maxTokens: 100, max_new_tokens: 1 } },
    ],
  ])('of %s with %j and %i tokens is %j', (api, body, maxTokens, expected) => {
    const model = api === 'invoke' ? 'us.amazon.nova-lite-v1:0' : '';
    expect(withOutputLimit(api, body, maxTokens, model)).toEqual(expected);
  });

  it.each<[model: string, JsonObject, JsonObject]>([
    ['us.anthropic.claude-sonnet-5', { messages: [] }, { messages: [], max_tokens: 100 }],
    ['anthropic.claude-v2:1', { prompt: 'a' }, { prompt: 'a', max_tokens_to_sample: 100 }],
    ['amazon.nova-lite-v1:0', {}, { inferenceConfig: { maxTokens: 100 } }],
    [
      'amazon.titan-text-lite-v1',
      { inputText: 'a' },
      { inputText: 'a', textGenerationConfig: { maxTokenCount: 100 } },
    ],
    ['amazon.titan-embed-text-v2:0', { inputText: 'a' }, { inputText: 'a' }],
    ['cohere.embed-english-v3', { texts: ['a'] }, { texts: ['a'] }],
    ['us.meta.llama3-3-70b-instruct-v1:0', { prompt: 'a' }, { prompt: 'a', max_gen_len: 100 }],
    [
      'meta.llama3-3-70b-instruct-v1:0',
      { prompt: 'a', max_gen_len: 9_000 },
      { prompt: 'a', max_gen_len: 100 },
    ],
    ['openai.gpt-oss-20b-1:0', { max_gen_len: 1 }, { max_gen_len: 1, max_completion_tokens: 100 }],
    ['mistral.mistral-7b-instruct-v0:2', { prompt: 'a' }, { prompt: 'a', max_tokens: 100 }],
  ])('stands where %s reads it: %j becomes %j', (model, body, expected) => {
    expect(withOutputLimit('invoke', body, 100, model)).toEqual(expected);
  });
});

describe('a limit that nobody would see', () => {
  it.each<[ModelApi, JsonObject, string | undefined]>([
    ['chat', { max_tokens: 1, n: 1, max_completion_tokens: 1 }, undefined],
    ['chat', { best_of: 5 }, 'best_of'],
    ['chat', { max_new_tokens: 9_000 }, 'max_new_tokens'],
    ['chat', { tools: [{ function: { parameters: { properties: { n: {} } } } }] }, undefined],
    ['messages', { max_tokens: 1 }, undefined],
    ['messages', { max_tokens_to_sample: 9_000 }, 'max_tokens_to_sample'],
    ['responses', { max_tokens: 9_000 }, 'max_tokens'],
    ['converse', { inferenceConfig: { maxTokens: 1 } }, undefined],
    [
      'converse',
      { additionalModelRequestFields: { max_tokens: 9_000 } },
      'additionalModelRequestFields.max_tokens',
    ],
    [
      'converse',
      { additionalModelRequestFields: { inferenceConfig: { maxTokens: 9_000, topK: 1 } } },
      'additionalModelRequestFields.inferenceConfig.maxTokens',
    ],
    ['converse', { additionalModelRequestFields: { top_k: 5 } }, undefined],
    ['invoke', { max_tokens: 9_000 }, undefined],
    ['invoke', { prompt: 'a', num_generations: 5 }, 'num_generations'],
  ])('of %s in %j is %s', (api, body, path) => {
    expect(hiddenLimitOf(api, body)).toBe(path);
  });
});
