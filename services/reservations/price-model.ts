import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import { unknownPrice } from '../errors.ts';
import type { PriceModel } from './settle-reservation.ts';

/** Prices a model other than the reserved one, as of the time of the reservation. */
export const createPriceModel =
  (rateCards: Pick<RateCardStore, 'get'>, names: ModelNames): PriceModel =>
  async (name, { organizationId, region, occurredAtMs }) => {
    const modelOf = await names.read(organizationId, [name]);
    const model = modelOf(name, occurredAtMs);
    const { cards } = await rateCards.get(organizationId, model);
    const resolved = resolveRate({ model, region, atMs: occurredAtMs, overrides: cards });
    if (resolved.ok) return { model, rate: resolved.rate };
    throw unknownPrice('model', whyUnpriced(name, resolved, occurredAtMs));
  };
