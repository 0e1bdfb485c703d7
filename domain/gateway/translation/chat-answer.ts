import type { JsonObject } from '../wire-format.ts';
import {
  type AnswerBlock,
  type AnswerUsage,
  converseAnswerOf,
  wholeInputOf,
} from './converse-answer.ts';
import { type AnswerFacts, customInputOf, customToolNames } from './facts.ts';

/** A Converse answer as an object `chat.completion`. */
export function chatAnswer(answer: JsonObject, facts: AnswerFacts): JsonObject {
  const { blocks, stopReason, usage, serviceTier } = converseAnswerOf(answer);
  const customTools = customToolNames(facts.request);
  const calls = blocks.flatMap((block) =>
    block.kind === 'call' ? [chatCallOf(block, customTools)] : [],
  );
  return {
    id: chatId(facts),
    object: 'chat.completion',
    created: Math.floor(facts.createdAtMs / 1_000),
    model: facts.model,
    choices: [
      {
        index: 0,
        message: messageOf(blocks, calls),
        logprobs: null,
        finish_reason: finishReasonOf(stopReason, calls.length > 0),
      },
    ],
    usage: chatUsageOf(usage),
    ...(serviceTier === undefined ? {} : { service_tier: serviceTier }),
  };
}

export const chatId = ({ id }: AnswerFacts): string => `chatcmpl-${id}`;

function messageOf(blocks: readonly AnswerBlock[], calls: readonly JsonObject[]): JsonObject {
  const text = joined(blocks, 'text');
  const reasoning = joined(blocks, 'reasoning');
  const thinking = thinkingBlocksOf(blocks);
  return {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning }),
    ...(thinking.length === 0 ? {} : { thinking_blocks: thinking }),
    ...(calls.length === 0 ? {} : { tool_calls: calls }),
  };
}

const joined = (blocks: readonly AnswerBlock[], kind: 'text' | 'reasoning'): string =>
  blocks.map((block) => (block.kind === kind ? block.text : '')).join('');

/** Reasoning that the client must send back unchanged for the model to accept it. */
export const thinkingBlocksOf = (blocks: readonly AnswerBlock[]): JsonObject[] =>
  blocks.flatMap((block): JsonObject[] => {
    if (block.kind === 'redacted') return [{ type: 'redacted_thinking', data: block.data }];
    if (block.kind !== 'reasoning' || block.signature === '') return [];
    return [{ type: 'thinking', thinking: block.text, signature: block.signature }];
  });

function chatCallOf(
  { id, name, input }: Extract<AnswerBlock, { kind: 'call' }>,
  customTools: ReadonlySet<string>,
): JsonObject {
  return customTools.has(name)
    ? { id, type: 'custom', custom: { name, input: customInputOf(input) } }
    : { id, type: 'function', function: { name, arguments: JSON.stringify(input) } };
}

const FINISH_REASONS = new Map([
  ['max_tokens', 'length'],
  ['model_context_window_exceeded', 'length'],
  ['guardrail_intervened', 'content_filter'],
  ['content_filtered', 'content_filter'],
]);

/** OpenAI knows no reason for what a model got wrong: the answer ends as far as it is usable. */
export const finishReasonOf = (stopReason: string, hasCalls: boolean): string =>
  FINISH_REASONS.get(stopReason) ?? (hasCalls ? 'tool_calls' : 'stop');

/** OpenAI's prompt tokens include cached ones. */
export function chatUsageOf(usage: AnswerUsage): JsonObject {
  const promptTokens = wholeInputOf(usage);
  return {
    prompt_tokens: promptTokens,
    completion_tokens: usage.outputTokens,
    total_tokens: promptTokens + usage.outputTokens,
    prompt_tokens_details: {
      cached_tokens: usage.cacheReadTokens,
      cache_write_tokens: usage.cacheWriteTokens,
    },
  };
}
