import type { NanoUsd } from '../money.ts';
import { costOf, type Rate } from '../pricing/rate.ts';
import { NO_TOKENS, type TokenUsage } from '../token-usage.ts';
import { memberAt, withMember } from './reading.ts';
import type { JsonObject, ModelApi } from './wire-format.ts';

/**
 * How many output tokens an amount buys once its input is paid for. Monotonic in the amount.
 * @param input the request's input at its largest
 * @returns at most `most`; 0 if the amount does not pay for the input
 */
export function outputTokensFor(
  amountNanoUsd: NanoUsd,
  { rate, input, most }: { rate: Rate; input: Partial<TokenUsage>; most: number },
): number {
  const isPaid = (outputTokens: number): boolean =>
    costOf({ ...NO_TOKENS, ...input, outputTokens }, rate) <= amountNanoUsd;
  let [least, above] = [0, most + 1];
  if (!isPaid(0)) return 0;
  while (above - least > 1) {
    const middle = Math.floor((least + above) / 2);
    if (isPaid(middle)) least = middle;
    else above = middle;
  }
  return least;
}

/** Where each API limits the output, the preferred member last. */
const MEMBERS: Record<Exclude<ModelApi, 'invoke' | 'embeddings'>, readonly string[]> = {
  converse: ['inferenceConfig.maxTokens'],
  chat: ['max_tokens', 'max_completion_tokens'],
  responses: ['max_output_tokens'],
  messages: ['max_tokens'],
};

/** Anthropic requires at least this budget for thinking, and a larger limit of output. */
const LEAST_THINKING_TOKENS = 1_024;

/**
 * A request whose output is limited to `maxTokens`, unless its own limit is lower. A budget for
 * thinking that exceeds the limit shrinks with it.
 */
export function withOutputLimit(api: ModelApi, body: JsonObject, maxTokens: number): JsonObject {
  if (api === 'embeddings') return body;
  const paths = api === 'invoke' ? invokeMembers(body) : MEMBERS[api];
  const path = paths.find((each) => memberAt(body, each) !== undefined) ?? paths.at(-1);
  if (path === undefined) return body;
  const own = memberAt(body, path);
  if (typeof own === 'number' && own <= maxTokens) return body;
  return withinThinking(withMember(body, path, maxTokens), maxTokens);
}

/** The limit that a model's own body has or may have. */
function invokeMembers(body: JsonObject): readonly string[] {
  if (body['anthropic_version'] !== undefined) return ['max_tokens'];
  if (body['inputText'] !== undefined) return ['textGenerationConfig.maxTokenCount'];
  if (body['inferenceConfig'] !== undefined || body['schemaVersion'] !== undefined) {
    return ['inferenceConfig.max_new_tokens', 'inferenceConfig.maxTokens'];
  }
  if (body['max_gen_len'] !== undefined) return ['max_gen_len'];
  return body['max_completion_tokens'] === undefined ? ['max_tokens'] : ['max_completion_tokens'];
}

function withinThinking(body: JsonObject, maxTokens: number): JsonObject {
  const budget = memberAt(body, 'thinking.budget_tokens');
  if (typeof budget !== 'number' || budget < maxTokens) return body;
  if (maxTokens > LEAST_THINKING_TOKENS) {
    return withMember(body, 'thinking.budget_tokens', maxTokens - 1);
  }
  const { thinking: _, ...rest } = body;
  return rest;
}
