import type { Posting } from '../ledger/posting.ts';
import type { NanoUsd } from '../money.ts';
import { cardInForce, type RateCard } from '../pricing/rate-card.ts';
import { wholeCostOf } from '../pricing/rate.ts';
import { resolveRate } from '../pricing/resolve-rate.ts';
import { NO_TOKENS, type TokenUsage } from '../token-usage.ts';

/** What a posting costs at the prices agreed with the organization: FOCUS' `ContractedCost`. */
export const contractedCostOf = ({ pricedNanoUsd, amountNanoUsd }: Posting): NanoUsd =>
  pricedNanoUsd ?? amountNanoUsd;

/**
 * What a posting costs at public prices: FOCUS' `ListCost`. The contracted cost is scaled by what the
 * same usage costs at the public card and at the organization's own, so that tiers keep their
 * discount and a request's presumption and corrections add up. The contracted cost if the
 * organization has no card of its own in force, or the public price is unknown.
 * @param ownCards the organization's cards of the posting's model
 */
export function listCostOf(posting: Posting, ownCards: readonly RateCard[]): NanoUsd {
  const contracted = contractedCostOf(posting);
  if (!cardInForce(ownCards, posting.occurredAtMs)) return contracted;
  const own = priceOf(posting, ownCards);
  const list = priceOf(posting, []);
  if (own === undefined || list === undefined) return contracted;
  // Charged at the public price before the own card was set for that time.
  if (contracted === list) return list;
  if (own === 0n) return posting.kind === 'correction' ? contracted : list;
  return (contracted * list) / own;
}

function priceOf(posting: Posting, overrides: readonly RateCard[]): NanoUsd | undefined {
  const { model, region, occurredAtMs: atMs } = posting;
  const resolution = resolveRate({ model, region, atMs, overrides });
  return resolution.ok ? wholeCostOf(comparedUsage(posting), resolution.rate) : undefined;
}

const MILLION = 1_000_000;

/** The usage at which two cards are compared: a change of it as a size, or what was predicted. */
function comparedUsage({
  usage,
  predictedInputTokens = MILLION,
  predictedOutputTokens = MILLION,
}: Posting): TokenUsage {
  const counts = Object.entries(usage).filter(([, count]) => count !== undefined && count !== 0);
  if (counts.length === 0) {
    return { ...NO_TOKENS, inputTokens: predictedInputTokens, outputTokens: predictedOutputTokens };
  }
  const sizes = counts.map(([name, count]) => [name, Math.abs(count ?? 0)]);
  return { ...NO_TOKENS, ...(Object.fromEntries(sizes) as Partial<TokenUsage>) };
}
