import type { NanoUsd } from '../money.ts';
import type { TokenUsage } from '../token-usage.ts';
import { costOf, type Rate } from './rate.ts';

/**
 * What the provider's cache saved on one request: what its whole input would have cost uncached, less
 * what it cost. Negative if the premium of writes was more than reads saved.
 * @param rate the prices on which the request was reserved
 * @param pricedNanoUsd its price as served, which may have a premium or discount on all prices alike
 * @returns `undefined` if the cache had no part in it
 */
export function cacheSavingOf(
  usage: TokenUsage,
  rate: Rate,
  pricedNanoUsd: NanoUsd,
): NanoUsd | undefined {
  const { cacheReadTokens, cacheWriteTokens, cacheWriteOneHourTokens: _, ...others } = usage;
  const cachedTokens = cacheReadTokens + cacheWriteTokens;
  const reservedNanoUsd = costOf(usage, rate);
  if (cachedTokens === 0 || reservedNanoUsd === 0n) return undefined;
  const inputTokens = usage.inputTokens + cachedTokens;
  const plain = { ...others, inputTokens, cacheReadTokens: 0, cacheWriteTokens: 0 };
  return (costOf(plain, rate) * pricedNanoUsd) / reservedNanoUsd - pricedNanoUsd;
}
