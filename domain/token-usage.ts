/**
 * What one request used, in one set of units. The four token counts do not overlap, so a cached
 * token counts once. Reasoning tokens are part of `outputTokens`.
 */
export type TokenUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** The part of `cacheWriteTokens` that lasts one hour; the others last five minutes. */
  cacheWriteOneHourTokens?: number | undefined;
  /** Images created or read, if the price is per image. */
  images?: number | undefined;
  /** Requests, if the price is per request (rerankers). */
  queries?: number | undefined;
};

/** All tokens of a request, each once. */
export const tokensOf = ({
  inputTokens,
  outputTokens,
  cacheReadTokens,
  cacheWriteTokens,
}: TokenUsage): number => inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens;

export const NO_TOKENS: TokenUsage = {
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
};
