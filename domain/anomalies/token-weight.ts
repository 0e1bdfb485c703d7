import { resolveRate } from '../pricing/resolve-rate.ts';
import { type Measures, tokensIn } from '../reporting/measures.ts';

/**
 * How much the tokens of a model weigh: each kind by its listed price at one instant, so that more
 * output, or less from a cache, is more weight and not another price. For an unknown model, or for
 * several, all tokens weigh the same. Only weights of one model may be compared.
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
