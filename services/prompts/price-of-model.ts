import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import { unknownPrice } from '../errors.ts';

export type PriceDeps = { rateCards: Pick<RateCardStore, 'getMany'>; names: ModelNames };

/**
 * The model that a name stands for, and what an organization pays for it.
 * @throws ServiceError `unknown-price` naming `model`
 */
export async function priceOfModel(
  { rateCards, names }: PriceDeps,
  { organizationId, nowMs }: OrganizationCall,
  { model: name, region }: { model: string; region?: string | undefined },
): Promise<{ model: string; rate: Rate }> {
  const modelOf = await names.read(organizationId, [name]);
  const model = modelOf(name, nowMs);
  const overrides = (await rateCards.getMany(organizationId, [model])).get(model);
  const resolution = resolveRate({ model, region, atMs: nowMs, overrides });
  if (!resolution.ok) throw unknownPrice('model', whyUnpriced(model, resolution, nowMs));
  return { model, rate: resolution.rate };
}
