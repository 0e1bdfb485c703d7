/**
 * What one request used, in one set of units: the four token counts are disjoint, so a cached token
 * is counted once. Reasoning tokens are part of `outputTokens`.
 */
export type TokenUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** Of `cacheWriteTokens`, those that live one hour; the others live five minutes. */
  cacheWriteOneHourTokens?: number | undefined;
  /** Images made or read, where the price list counts images. */
  images?: number | undefined;
  /** Requests, where the price list counts requests (rerankers). */
  queries?: number | undefined;
};

export const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};
