import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import { unknownPrice } from '../errors.ts';
import type { PriceModel } from './price-settlement.ts';

/** Prices a model, or terms, other than the reserved ones, as of the time of the reservation. */
export const createPriceModel =
  (rateCards: Pick<RateCardStore, 'get'>, names: ModelNames): PriceModel =>
  async (name, { organizationId, region, occurredAtMs }, terms = { region }) => {
    const modelOf = await names.read(organizationId, [name]);
    const model = modelOf(name, occurredAtMs);
    const { cards } = await rateCards.get(organizationId, model);
    const resolved = resolveRate({ ...terms, model, atMs: occurredAtMs, overrides: cards });
    if (resolved.ok) return { model, rate: resolved.rate, priceBasis: resolved.basis };
    throw unknownPrice('model', whyUnpriced(name, resolved, occurredAtMs));
  };
