import type { NanoUsd } from '../money.ts';
import { costOf, type Rate } from '../pricing/rate.ts';
import { NO_TOKENS, type TokenUsage } from '../token-usage.ts';
import { memberAt, withMember, withoutMember } from './reading.ts';
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
 * thinking that exceeds the limit shrinks with it. Every member that limits the output is limited:
 * providers differ in which of two they obey.
 */
export function withOutputLimit(api: ModelApi, body: JsonObject, maxTokens: number): JsonObject {
  if (api === 'embeddings') return body;
  const paths = api === 'invoke' ? invokeMembers(body) : MEMBERS[api];
  const present = paths.filter((path) => memberAt(body, path) !== undefined);
  const limited = (present.length > 0 ? present : paths.slice(-1)).reduce((sum, path) => {
    const own = memberAt(body, path);
    return typeof own === 'number' && own <= maxTokens ? sum : withMember(sum, path, maxTokens);
  }, body);
  const least = Math.min(maxTokens, ...present.map((path) => numberAt(limited, path)));
  return THINKING.reduce((sum, path) => withinThinking(sum, path, least), limited);
}

const numberAt = (body: JsonObject, path: string): number => {
  const value = memberAt(body, path);
  return typeof value === 'number' ? value : Infinity;
};

/** The limits that a model's own body has or may have, the preferred one last. */
function invokeMembers(body: JsonObject): readonly string[] {
  const present = INVOKE_MEMBERS.filter((path) => memberAt(body, path) !== undefined);
  if (present.length > 0) return present;
  if (body['anthropic_version'] !== undefined) return ['max_tokens'];
  if (body['inputText'] !== undefined) return ['textGenerationConfig.maxTokenCount'];
  if (body['inferenceConfig'] !== undefined || body['schemaVersion'] !== undefined) {
    return ['inferenceConfig.maxTokens'];
  }
  return ['max_tokens'];
}

const INVOKE_MEMBERS = [
  'max_tokens',
  'max_completion_tokens',
  'max_tokens_to_sample',
  'max_gen_len',
  'inferenceConfig.maxTokens',
  'inferenceConfig.max_new_tokens',
  'textGenerationConfig.maxTokenCount',
] as const;

/** Where the APIs have what Claude may think. */
const THINKING = ['thinking', 'additionalModelRequestFields.thinking'] as const;

function withinThinking(body: JsonObject, path: string, maxTokens: number): JsonObject {
  const budget = memberAt(body, `${path}.budget_tokens`);
  if (typeof budget !== 'number' || budget < maxTokens) return body;
  return maxTokens > LEAST_THINKING_TOKENS
    ? withMember(body, `${path}.budget_tokens`, maxTokens - 1)
    : withoutMember(body, path);
}
