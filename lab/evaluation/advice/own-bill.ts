import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';
import type { Rate } from '../../../domain/pricing/rate.ts';
import type { ServiceTier } from '../../../domain/pricing/service-tier.ts';
import type { TokenUsage } from '../../../domain/token-usage.ts';

const rates = new Map<string, Rate | undefined>();

/** The public price of a model on a day; `undefined` if it has none in that tier. */
export function publicRate(model: string, tier: ServiceTier, dayMs: number): Rate | undefined {
  const key = `${model} ${tier} ${dayMs}`;
  if (!rates.has(key)) {
    const resolved = resolveRate({ model, tier, atMs: dayMs });
    rates.set(key, resolved.ok ? resolved.rate : undefined);
  }
  return rates.get(key);
}

/**
 * What the usage costs, by the judge's own arithmetic: each kind of token times its price per million,
 * rounded up. Text tokens only. @throws RangeError if the request is long enough for other prices
 */
export function billOf(usage: TokenUsage, rate: Rate): bigint {
  const { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  const hourly = usage.cacheWriteOneHourTokens ?? 0;
  const whole = inputTokens + cacheReadTokens + cacheWriteTokens;
  if (rate.longContext && whole > rate.longContext.aboveInputTokens) {
    throw new RangeError('The judge does not price long requests.');
  }
  const fiveMinutes = rate.cacheWriteNanoUsdPerMillion;
  return (
    part(inputTokens, rate.inputNanoUsdPerMillion) +
    part(outputTokens, rate.outputNanoUsdPerMillion) +
    part(cacheReadTokens, rate.cacheReadNanoUsdPerMillion) +
    part(cacheWriteTokens - hourly, fiveMinutes) +
    part(hourly, rate.cacheWriteOneHourNanoUsdPerMillion ?? fiveMinutes)
  );
}

function part(tokens: number, perMillion: bigint): bigint {
  if (tokens === 0) return 0n;
  const exact = BigInt(tokens) * perMillion;
  return exact / 1_000_000n + (exact % 1_000_000n > 0n ? 1n : 0n);
}
