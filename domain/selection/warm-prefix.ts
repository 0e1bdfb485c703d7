import type { CacheLife } from '../gateway/content.ts';
import type { Switch } from '../ledger/saving.ts';
import type { NanoUsd } from '../money.ts';
import { modelStem } from '../pricing/model-id.ts';
import { costOf, type Rate } from '../pricing/rate.ts';
import { NO_TOKENS } from '../token-usage.ts';

/**
 * The beginning of a conversation's prompt, as the provider that served its last request has cached
 * it. Caches belong to one model and region.
 */
export type WarmPrefix = {
  /** The model that served the last request. */
  model: string;
  region?: string | undefined;
  tokens: number;
  /** Until when the provider keeps it, if nobody uses it before. Epoch ms. */
  expiresAtMs: number;
  /** Whether it is kept for an hour, not for five minutes. */
  isOneHour: boolean;
  /** How many requests of the conversation were served. */
  turns: number;
  /** Whether its provider caches only what requests mark (`cachePoint`, `cache_control`). */
  isMarked?: boolean | undefined;
  /** The share of the coming prompt that lies before its last mark. Default: all of it. */
  markedShare?: number | undefined;
};

/** What a coming request says about the cache. */
export type CacheMarks = {
  /** Where it will be served, if that is known. */
  region?: string | undefined;
  /** Whether its body was read, so that what it does not mark is not cached. */
  isRead: boolean;
  /** How long it asks to keep what it marks. */
  life?: CacheLife | undefined;
  /** The share of its text before its last mark. */
  share?: number | undefined;
};

/** What the cost of a conversation needs to know about a priced model. */
export type Turn = {
  model: string;
  rate: Rate;
  inputTokens: number;
  expectedOutputTokens: number;
};

/** A conversation of any length so far goes on for no longer than this. */
const MOST_TURNS = 50;

/**
 * How many more requests to expect: as many as there were. What has lasted long lasts longer (Lindy's
 * law, which holds where lengths follow a power law), and nothing here knows the client.
 */
const expectedTurns = ({ turns }: WarmPrefix): number => Math.min(turns, MOST_TURNS);

/** Whether a model would find the prefix in its cache, if the request is served where it lies. */
const isWarmFor = (turn: Turn, warm: WarmPrefix): boolean =>
  modelStem(turn.model) === modelStem(warm.model);

/**
 * What the coming request costs if this model serves it: what it finds in its cache is read there, and
 * the rest of what it marks is written to it, because this conversation caches its prompts.
 */
function turnCost(turn: Turn, warm: WarmPrefix, warmTokens: number): NanoUsd {
  const { isOneHour, markedShare = 1 } = warm;
  const cachedTokens = Math.round(turn.inputTokens * markedShare);
  const cacheReadTokens = Math.min(warmTokens, cachedTokens);
  const cacheWriteTokens = cachedTokens - cacheReadTokens;
  return costOf(
    {
      ...NO_TOKENS,
      inputTokens: turn.inputTokens - cachedTokens,
      cacheReadTokens,
      cacheWriteTokens,
      cacheWriteOneHourTokens: isOneHour ? cacheWriteTokens : 0,
      outputTokens: turn.expectedOutputTokens,
    },
    turn.rate,
  );
}

/**
 * What the coming request and the ones to expect after it cost if one model serves them all. With this,
 * a switch in mid-conversation is cheaper only if it saves more than it costs to write the prefix
 * again.
 */
export function conversationCost(turn: Turn, warm: WarmPrefix): NanoUsd {
  const now = turnCost(turn, warm, isWarmFor(turn, warm) ? warm.tokens : 0);
  const later = turnCost(turn, warm, turn.inputTokens);
  return now + BigInt(expectedTurns(warm)) * later;
}

/** Whether a conversation costs less from here on if another model serves it. */
export const isWorthSwitching = (
  present: Turn,
  other: Turn,
  warm: WarmPrefix | undefined,
): boolean =>
  warm === undefined ||
  !isWarmFor(present, warm) ||
  conversationCost(other, warm) < conversationCost(present, warm);

/**
 * A switch from one model to another, with what it is expected to save on the coming request alone, net
 * of the lost cache. That is negative where the switch makes the request dearer.
 */
export function switchOf(
  from: Turn & { expectedCostNanoUsd: NanoUsd },
  to: Turn & { expectedCostNanoUsd: NanoUsd },
  warm: WarmPrefix | undefined,
): Switch {
  const { model, rate } = from;
  const grossNanoUsd = from.expectedCostNanoUsd - to.expectedCostNanoUsd;
  if (!warm || !isWarmFor(from, warm)) {
    return { model, rate, warmTokens: 0, savedNanoUsd: grossNanoUsd, lostCacheNanoUsd: 0n };
  }
  const { markedShare = 1 } = warm;
  const savedNanoUsd = turnCost(from, warm, warm.tokens) - turnCost(to, warm, 0);
  return {
    model,
    rate,
    warmTokens: Math.min(warm.tokens, Math.round(from.inputTokens * markedShare)),
    savedNanoUsd,
    lostCacheNanoUsd: grossNanoUsd - savedNanoUsd,
  };
}

/**
 * What a coming request finds of a prefix. `undefined` if its provider has dropped it, if the request
 * goes to another region, or if it marks nothing where the provider caches only what is marked.
 */
export function warmAt(
  prefix: WarmPrefix | undefined,
  nowMs: number,
  { region, isRead, life, share }: CacheMarks = { isRead: false },
): WarmPrefix | undefined {
  if (!prefix || prefix.tokens <= 0 || nowMs >= prefix.expiresAtMs) return undefined;
  if (region !== undefined && prefix.region !== undefined && region !== prefix.region) {
    return undefined;
  }
  if (isRead && life === undefined) return prefix.isMarked ? undefined : prefix;
  return {
    ...prefix,
    ...(life === undefined ? {} : { isOneHour: life === '1h' }),
    ...(share === undefined ? {} : { markedShare: share }),
  };
}
