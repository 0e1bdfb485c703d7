import type { CacheOffer } from '../catalog/cache-offer.ts';
import type { TokenRate } from '../pricing/rate.ts';
import type { PromptText } from './prompt-texts.ts';

/**
 * How many texts at the beginning of a prompt a provider may have cached as they are: up to the last
 * mark, or, if it caches unasked, the instructions. What users said after them was optimized when it was
 * new, and becomes the same each time.
 * @param offer `undefined` if the provider caches nothing
 */
export function cachedTexts(texts: readonly PromptText[], offer: CacheOffer | undefined): number {
  const marked = texts.filter(({ isMarked }) => isMarked).length;
  if (offer?.control !== 'automatic') return marked;
  const firstTurn = texts.findIndex(({ role }) => role !== 'system');
  return Math.max(marked, firstTurn === -1 ? texts.length : firstTurn);
}

/** A cached beginning before and after a change, in tokens. */
export type PrefixChange = { before: number; after: number };

/**
 * Whether it is cheaper to write a shorter beginning to the cache than to read the one that is there.
 * Purser does not know whether it is still there, so it counts as if it were.
 */
export const isWorthRewriting = (
  { before, after }: PrefixChange,
  { cacheReadNanoUsdPerMillion: read, cacheWriteNanoUsdPerMillion: write }: TokenRate,
): boolean => BigInt(after) * write < BigInt(before) * read;
