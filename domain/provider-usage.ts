import type { TokenUsage } from './token-usage.ts';

/**
 * What a provider reports, as far as it affects money. `input` and `output` state what the
 * provider's own totals include, because providers count differently.
 */
export type ReportedUsage = {
  input: { tokens: number; includesCache: boolean };
  output: { tokens: number; includesReasoning: boolean };
  cacheReadTokens?: number | undefined;
  cacheWriteTokens?: number | undefined;
  /** The part of the cache writes that lasts one hour. */
  cacheWriteOneHourTokens?: number | undefined;
  reasoningTokens?: number | undefined;
  images?: number | undefined;
  queries?: number | undefined;
};

/** A provider's numbers contradict each other. */
export class ContradictoryUsageError extends Error {
  override name = 'ContradictoryUsageError';
}

/**
 * Converts what a provider reports to one set of units, so that each token counts exactly once:
 * subtracts cached tokens from an input that includes them, and adds reasoning tokens to an output
 * that does not.
 * @throws ContradictoryUsageError if a part is greater than the total that includes it
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
