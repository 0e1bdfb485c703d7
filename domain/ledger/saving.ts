import type { NanoUsd } from '../money.ts';
import { modelStem } from '../pricing/model-id.ts';
import { costOf, type Rate } from '../pricing/rate.ts';
import type { TokenUsage } from '../token-usage.ts';

/**
 * What it saves that another model serves a request than the one asked for. `savedNanoUsd` is net of the
 * lost cache, and negative if the switch made the request dearer. `lostCacheNanoUsd` is what was taken
 * off for it.
 */
export type Saving = { savedNanoUsd: NanoUsd; lostCacheNanoUsd: NanoUsd };

/** A switch to another model, with what it is expected to save. */
export type Switch = Saving & {
  /** The model that would have served the request. */
  model: string;
  rate: Rate;
  /** How much of the prompt that model would have found in its cache. */
  warmTokens: number;
};

/**
 * What a switch really saved: the price that the asked model has for the same tokens, with the cache
 * that was warm for it, less the price of the model that served them. What was read from the cache of
 * the serving model counts as read: the asked model would have kept the conversation in its own. Both
 * prices are of the rate cards, so a provider's discount or a correction is no saving. Zero if the
 * asked model served it after all.
 * @param settled `pricedNanoUsd`: the price of `usage` with `model`
 */
export function savingOf(
  { model: asked, rate, warmTokens }: Switch,
  { model, usage, pricedNanoUsd }: { model: string; usage: TokenUsage; pricedNanoUsd: NanoUsd },
): Saving {
  if (modelStem(model) === modelStem(asked)) return { savedNanoUsd: 0n, lostCacheNanoUsd: 0n };
  const withCache = costOf(withWarmCache(usage, warmTokens), rate);
  return {
    savedNanoUsd: withCache - pricedNanoUsd,
    lostCacheNanoUsd: costOf(usage, rate) - withCache,
  };
}

/** The same prompt with more of it read from the cache, and less of it written or not cached. */
function withWarmCache(usage: TokenUsage, warmTokens: number): TokenUsage {
  const { inputTokens, cacheReadTokens, cacheWriteTokens, cacheWriteOneHourTokens = 0 } = usage;
  const promptTokens = inputTokens + cacheReadTokens + cacheWriteTokens;
  const moreTokens = Math.max(0, Math.min(warmTokens, promptTokens) - cacheReadTokens);
  const unwrittenTokens = Math.min(moreTokens, cacheWriteTokens);
  const leftTokens = cacheWriteTokens - unwrittenTokens;
  return {
    ...usage,
    inputTokens: inputTokens - (moreTokens - unwrittenTokens),
    cacheReadTokens: cacheReadTokens + moreTokens,
    cacheWriteTokens: leftTokens,
    cacheWriteOneHourTokens: Math.min(cacheWriteOneHourTokens, leftTokens),
  };
}
