import type { TokenUsage } from './token-usage.ts';

/**
 * What a provider reports, as far as money depends on it. `input` and `output` say what the
 * provider's own figures already hold, since no two count alike.
 */
export type ReportedUsage = {
  input: { tokens: number; includesCache: boolean };
  output: { tokens: number; includesReasoning: boolean };
  cacheReadTokens?: number | undefined;
  cacheWriteTokens?: number | undefined;
  /** The cache writes that are kept for one hour. */
  cacheWriteOneHourTokens?: number | undefined;
  reasoningTokens?: number | undefined;
  images?: number | undefined;
  queries?: number | undefined;
};

/** A provider's figures contradict each other. */
export class ContradictoryUsageError extends Error {
  override name = 'ContradictoryUsageError';
}

/**
 * One set of units from what a provider reports: cached tokens are taken out of an input that holds
 * them, reasoning tokens are added to an output that does not, so each token is counted exactly once.
 * @throws ContradictoryUsageError when a part is greater than the whole that should hold it
 */
export function usageOf(reported: ReportedUsage): TokenUsage {
  const { input, output, cacheReadTokens = 0, cacheWriteTokens = 0 } = reported;
  const { cacheWriteOneHourTokens = 0, reasoningTokens = 0, images, queries } = reported;
  const cached = cacheReadTokens + cacheWriteTokens;
  if (input.includesCache && cached > input.tokens) {
    throw new ContradictoryUsageError('cached tokens exceed the input that includes them');
  }
  if (output.includesReasoning && reasoningTokens > output.tokens) {
    throw new ContradictoryUsageError('reasoning tokens exceed the output that includes them');
  }
  if (cacheWriteOneHourTokens > cacheWriteTokens) {
    throw new ContradictoryUsageError('one-hour cache writes exceed all cache writes');
  }
  return {
    inputTokens: input.includesCache ? input.tokens - cached : input.tokens,
    outputTokens: output.includesReasoning ? output.tokens : output.tokens + reasoningTokens,
    cacheReadTokens,
    cacheWriteTokens,
    ...(cacheWriteOneHourTokens === 0 ? {} : { cacheWriteOneHourTokens }),
    ...(images === undefined ? {} : { images }),
    ...(queries === undefined ? {} : { queries }),
  };
}
