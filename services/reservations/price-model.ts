import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { unknownPrice } from '../errors.ts';
import type { PriceModel } from './settle-reservation.ts';

/**
 * Prices a model that served a request instead of the reserved one, at the time of the reservation.
 */
export const createPriceModel =
  (rateCards: RateCardStore): PriceModel =>
  async (model, entry) => {
    const { cards } = await rateCards.get(entry.organizationId, model);
    const { region, occurredAtMs } = entry;
    const resolved = resolveRate({ model, region, atMs: occurredAtMs, overrides: cards });
    if (resolved.ok) return resolved.rate;
    throw unknownPrice('model', whyUnpriced(model, resolved.reason));
  };
