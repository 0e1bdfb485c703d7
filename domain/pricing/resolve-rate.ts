import { builtInCards } from './built-in-cards.ts';
import { modelStem, parseModelId, type Geography } from './model-id.ts';
import type { Rate } from './rate.ts';
import {
  cardInForce,
  scaledPrices,
  type PriceList,
  type Prices,
  type RateCard,
} from './rate-card.ts';

export const SERVICE_TIERS = ['standard', 'batch'] as const;
export type ServiceTier = (typeof SERVICE_TIERS)[number];

export type RateRequest = {
  /** As the caller writes it: any form that `parseModelId` reads. */
  model: string;
  /** Region that serves the request; a bare id in a region pays that region's premium. */
  region?: string | undefined;
  tier?: ServiceTier | undefined;
  atMs: number;
  /** Cards by model stem; the built-in ones unless given. */
  cards?: ReadonlyMap<string, readonly RateCard[]> | undefined;
  /** The organization's own cards of this model; one in force goes before every other card. */
  overrides?: readonly RateCard[] | undefined;
};

export type RateResolution =
  | { ok: true; rate: Rate; card: RateCard }
  | { ok: false; reason: 'unknown-model' | 'not-yet-in-force' | 'no-batch-price' };

/**
 * The price of a model in a region and service tier at an instant. A price that is not known is
 * refused, never zero.
 */
export function resolveRate({
  model,
  region,
  tier = 'standard',
  atMs,
  cards = builtInCards,
  overrides = [],
}: RateRequest): RateResolution {
  const known = cards.get(modelStem(model)) ?? [];
  const card = cardInForce(overrides, atMs) ?? cardInForce(known, atMs);
  if (!card) {
    const later = overrides.length + known.length > 0;
    return { ok: false, reason: later ? 'not-yet-in-force' : 'unknown-model' };
  }
  const place = placeOf(model, region);
  const prices = (place && card.geographic?.[place]) ?? card;
  if (tier === 'standard') return { ok: true, rate: rateOf(prices), card };
  if (card.batchPercent === undefined) return { ok: false, reason: 'no-batch-price' };
  return { ok: true, rate: rateOf(scaledPrices(prices, card.batchPercent)), card };
}

function placeOf(model: string, region: string | undefined): Geography | undefined {
  const id = parseModelId(model);
  if (id.geography !== undefined || id.profile !== undefined) return id.geography;
  if (region === undefined) return undefined;
  return region.startsWith('us-gov-') ? 'us-gov' : 'in-region';
}

function rateOf(list: PriceList): Rate {
  const { longContext } = list;
  return {
    ...complete(list),
    longContext: longContext && {
      aboveInputTokens: longContext.aboveInputTokens,
      rate: complete(longContext),
    },
  };
}

const complete = (prices: Prices): Omit<Rate, 'longContext'> => ({
  inputNanoUsdPerMillion: prices.inputNanoUsdPerMillion,
  outputNanoUsdPerMillion: prices.outputNanoUsdPerMillion,
  cacheReadNanoUsdPerMillion: prices.cacheReadNanoUsdPerMillion ?? prices.inputNanoUsdPerMillion,
  cacheWriteNanoUsdPerMillion: prices.cacheWriteNanoUsdPerMillion ?? prices.inputNanoUsdPerMillion,
});
