import type { CacheLife } from '../gateway/content.ts';
import { modelStem } from '../pricing/model-id.ts';
import type { TokenRate } from '../pricing/rate.ts';

/**
 * How a provider caches the beginning of prompts. `marked`: only where a request marks it, in the named
 * way. `automatic`: without being asked, so that nothing can be switched on.
 */
export type CacheOffer = {
  control: 'marked' | 'automatic';
  /** How a request marks what to cache. */
  mark?: 'cachePoint' | 'cache_control' | undefined;
  /** The shortest beginning that is cached. */
  leastTokens: number;
  lives: readonly CacheLife[];
};

/**
 * The shortest prefix that a model caches, as reported in 2026 by gateways and developers who cite
 * Anthropic's documentation (docs.orq.ai, anthropic-sdk-python issue 1194). Reports for Sonnet 4.6
 * say 1,024 and 2,048; this uses the higher one. Newer models are assumed to need as much as their
 * predecessors. Nova: the user guide of Amazon Bedrock, "Prompt caching".
 */
const MARKED_MODELS: readonly [model: RegExp, leastTokens: number][] = [
  [/claude-(?:3-haiku|3-5-haiku)/, 2_048],
  [/claude-(?:haiku|fable)/, 4_096],
  [/claude-opus-(?:4-[5-9]|[5-9])/, 4_096],
  [/claude-sonnet-(?:4-[6-9]|[5-9])/, 2_048],
  [/claude-(?:3-7|opus|sonnet)/, 1_024],
  [/^amazon\.nova-(?:micro|lite|pro|premier|2-)/, 1_000],
];
/** Providers that cache by themselves, from this length on (OpenAI, "Prompt caching"). */
const AUTOMATIC_MODELS = /^(?:gpt-|o\d|chatgpt-|gemini-|deepseek-)/;
const AUTOMATIC_LEAST_TOKENS = 1_024;

/**
 * What caching a model offers at a price. `undefined` if it offers none that anybody documents, or if a
 * read costs as much as plain input. A life of one hour needs a price of its own.
 */
export function cacheOfferOf(model: string, rate: TokenRate): CacheOffer | undefined {
  if (rate.cacheReadNanoUsdPerMillion >= rate.inputNanoUsdPerMillion) return undefined;
  const stem = modelStem(model);
  if (AUTOMATIC_MODELS.test(stem)) {
    return { control: 'automatic', leastTokens: AUTOMATIC_LEAST_TOKENS, lives: ['5m'] };
  }
  const leastTokens = MARKED_MODELS.find(([pattern]) => pattern.test(stem))?.[1];
  if (leastTokens === undefined) return undefined;
  const hasHour = rate.cacheWriteOneHourNanoUsdPerMillion !== undefined;
  return {
    control: 'marked',
    mark: stem.startsWith('claude-') ? 'cache_control' : 'cachePoint',
    leastTokens,
    lives: hasHour ? ['5m', '1h'] : ['5m'],
  };
}
