/**
 * Tokens of one request in one set of units: the four counts are disjoint, so a cached token is
 * counted once. Reasoning tokens are part of `outputTokens`.
 */
export type TokenUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
};

export const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};
