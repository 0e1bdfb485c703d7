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
 * @param model as its provider names it; only InvokeModel's bodies differ by model
 */
export function withOutputLimit(
  api: ModelApi,
  body: JsonObject,
  maxTokens: number,
  model = '',
): JsonObject {
  if (api === 'embeddings') return body;
  const own = api === 'invoke' ? ownMembers(model, body) : MEMBERS[api];
  const all = api === 'invoke' ? [...INVOKE_MEMBERS, ...own] : own;
  const isPresent = (path: string): boolean => memberAt(body, path) !== undefined;
  const added = own.some(isPresent) ? [] : own.slice(-1);
  const paths = [...new Set([...all.filter(isPresent), ...added])];
  const limited = paths.reduce((sum, path) => {
    const value = memberAt(body, path);
    return typeof value === 'number' && value <= maxTokens ? sum : withMember(sum, path, maxTokens);
  }, body);
  const least = Math.min(maxTokens, ...paths.map((path) => numberAt(limited, path)));
  return THINKING.reduce((sum, path) => withinThinking(sum, path, least), limited);
}

const numberAt = (body: JsonObject, path: string): number => {
  const value = memberAt(body, path);
  return typeof value === 'number' ? value : Infinity;
};

/** The limits in the bodies of all models. A model obeys its own, and refuses or ignores others. */
const INVOKE_MEMBERS = [
  'max_tokens',
  'max_completion_tokens',
  'max_tokens_to_sample',
  'max_gen_len',
  'inferenceConfig.maxTokens',
  'inferenceConfig.max_new_tokens',
  'textGenerationConfig.maxTokenCount',
] as const;

type InvokeMember = (typeof INVOKE_MEMBERS)[number];

/** Where the body of each maker's models limits the output, the preferred member last. */
const OWN_MEMBERS: readonly [models: RegExp, members: readonly InvokeMember[]][] = [
  [/embed/, []],
  [/amazon\.nova/, ['inferenceConfig.max_new_tokens', 'inferenceConfig.maxTokens']],
  [/amazon\.titan/, ['textGenerationConfig.maxTokenCount']],
  [/meta\.llama/, ['max_gen_len']],
  [/openai\./, ['max_tokens', 'max_completion_tokens']],
];

/** The limits that a model obeys in its own body, as InvokeModel takes it. */
function ownMembers(model: string, body: JsonObject): readonly InvokeMember[] {
  const isOldClaude = /anthropic\./.test(model) && typeof body['prompt'] === 'string';
  if (isOldClaude) return ['max_tokens_to_sample'];
  return OWN_MEMBERS.find(([models]) => models.test(model))?.[1] ?? ['max_tokens'];
}

/** Where the APIs have what Claude may think. */
const THINKING = ['thinking', 'additionalModelRequestFields.thinking'] as const;

function withinThinking(body: JsonObject, path: string, maxTokens: number): JsonObject {
  const budget = memberAt(body, `${path}.budget_tokens`);
  if (typeof budget !== 'number' || budget < maxTokens) return body;
  return maxTokens > LEAST_THINKING_TOKENS
    ? withMember(body, `${path}.budget_tokens`, maxTokens - 1)
    : withoutMember(body, path);
}
