import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { Rate } from '../../domain/pricing/rate.ts';
import { type RateResolution, resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import { unknownPrice } from '../errors.ts';

export type PriceDeps = { rateCards: Pick<RateCardStore, 'getMany'>; names: ModelNames };

type Named = { model: string; region?: string | undefined };

/** The model that a name stands for, and its price for an organization, if there is one. */
export async function resolvedModel(
  { rateCards, names }: PriceDeps,
  { organizationId, nowMs }: OrganizationCall,
  { model: name, region }: Named,
): Promise<{ model: string; resolution: RateResolution }> {
  const modelOf = await names.read(organizationId, [name]);
  const model = modelOf(name, nowMs);
  const overrides = (await rateCards.getMany(organizationId, [model])).get(model);
  return { model, resolution: resolveRate({ model, region, atMs: nowMs, overrides }) };
}

/**
 * The model that a name stands for, and what an organization pays for it.
 * @throws ServiceError `unknown-price` naming `model`
 */
export async function priceOfModel(
  deps: PriceDeps,
  call: OrganizationCall,
  named: Named,
): Promise<{ model: string; rate: Rate }> {
  const { model, resolution } = await resolvedModel(deps, call, named);
  if (resolution.ok) return { model, rate: resolution.rate };
  throw unknownPrice('model', whyUnpriced(model, resolution, call.nowMs));
}
