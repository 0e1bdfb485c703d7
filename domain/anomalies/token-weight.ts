import { resolveRate } from '../pricing/resolve-rate.ts';
import { type Measures, tokensIn } from '../reporting/measures.ts';

/**
 * How much a model's tokens weigh. Each kind is weighted by its list price at one time, so a larger
 * share of output, or a smaller share from a cache, shows up as weight rather than as a different
 * price. For an unknown model, or several models, all tokens weigh the same. Compare only weights
 * of the same model.
 */
export function tokenWeight(model: string | undefined, measures: Measures, atMs: number): bigint {
  const resolved = model === undefined ? undefined : resolveRate({ model, atMs });
  if (!resolved?.ok) return tokensIn(measures);
  const { rate } = resolved;
  return (
    measures.inputTokens * rate.inputNanoUsdPerMillion +
    measures.outputTokens * rate.outputNanoUsdPerMillion +
    measures.cacheReadTokens * rate.cacheReadNanoUsdPerMillion +
    measures.cacheWriteTokens * rate.cacheWriteNanoUsdPerMillion
  );
}
