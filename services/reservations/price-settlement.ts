import type { SettleBody } from '../../contracts/reservations.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { modelFor } from '../../domain/naming/model-names.ts';
import type { PriceBasis } from '../../domain/pricing/place-prices.ts';
import { costOf, type Rate, unpricedUnits } from '../../domain/pricing/rate.ts';
import type { Terms } from '../../domain/pricing/resolve-rate.ts';
import { servedTier } from '../../domain/provider-usage/served-tier.ts';
import { isServiceError } from '../errors.ts';

/**
 * Prices a model on terms other than the reserved ones, and says which model its name stands for.
 * @throws ServiceError `unknown-price`
 */
export type PriceModel = (
  name: string,
  entry: Pick<Entry, 'organizationId' | 'region' | 'occurredAtMs'>,
  terms?: Terms,
) => Promise<{ model: string } & Priced>;

/** Prices, and how they are known; absent if listed. */
type Priced = { rate: Rate; priceBasis?: PriceBasis | undefined };

export type PricedSettlement = {
  model: string;
  pricedNanoUsd: NanoUsd;
  /** What the usage would have cost with the reserved model; absent if that served it. */
  reservedModelNanoUsd?: NanoUsd | undefined;
  /** `dearest-known` if that is how any part was priced. */
  priceBasis: PriceBasis;
  /** Members that have no meaning or no price, by name. */
  unreadMembers: string[];
  /** On which it was priced; absent if on the reserved ones. */
  terms?: Terms | undefined;
};

/**
 * Prices the usage of a settlement: each part by its own model, on the terms that served it. If only
 * the provider's answer names a term and it has no price, the reserved terms apply and the term is
 * marked, because the money is spent. Terms that the caller states must have a price.
 * @throws ServiceError `unknown-price`
 */
export async function priceSettlement(
  priceModel: PriceModel,
  reserved: Entry,
  body: SettleBody,
): Promise<PricedSettlement> {
  const name = modelFor(reserved, body.model);
  const unread = [...(body.unreadMembers ?? [])];
  const { model, terms, ...main } = await mainRate(priceModel, reserved, body, unread);
  let pricedNanoUsd = 0n;
  let priceBasis: PriceBasis = 'listed';
  for (const part of body.parts ?? [{ usage: body.usage }]) {
    const isMain = part.model === undefined || part.model === name || part.model === model;
    const priced = isMain
      ? main
      : await pricedOr(
          () => priceModel(part.model ?? name, reserved, terms),
          () => {
            unread.push(`model ${part.model}`);
            return main;
          },
        );
    unread.push(...unpricedUnits(part.usage, priced.rate));
    pricedNanoUsd += costOf(part.usage, priced.rate);
    if (priced.priceBasis === 'dearest-known') priceBasis = priced.priceBasis;
  }
  return {
    model,
    pricedNanoUsd,
    reservedModelNanoUsd:
      model === reserved.model ? undefined : reserved.rate && costOf(body.usage, reserved.rate),
    priceBasis,
    unreadMembers: namesOf(unread),
    ...(isReserved(reserved, terms) ? {} : { terms: { ...terms, tier: terms.tier ?? 'standard' } }),
  };
}

async function mainRate(
  priceModel: PriceModel,
  reserved: Entry,
  body: SettleBody,
  unread: string[],
): Promise<{ model: string; terms: Terms } & Priced> {
  const name = modelFor(reserved, body.model);
  const { served = {} } = body;
  const stated = {
    region: body.region ?? reserved.region,
    tier: body.serviceTier ?? reserved.serviceTier,
    imageVariant: body.imageVariant,
  };
  const said = {
    ...stated,
    tier: servedTier(stated.tier, served.tier),
    place: served.place,
    speed: served.speed,
  };
  const rateOn = async (terms: Terms) => {
    const isAsReserved = name === reserved.model && isReserved(reserved, terms);
    const { rate, priceBasis } = reserved;
    if (isAsReserved && rate) return { model: name, rate, priceBasis, terms };
    return { ...(await priceModel(name, reserved, terms)), terms };
  };
  try {
    return await rateOn(said);
  } catch (error) {
    const differs = said.tier !== stated.tier || said.place !== undefined || said.speed === 'fast';
    if (!isUnknownPrice(error) || !differs) throw error;
    const priced = await rateOn(stated);
    unread.push(...Object.entries(served).map(([term, word]) => `${term} ${word}`));
    return priced;
  }
}

/** Whether a request was served as it was reserved, so that the reserved prices apply. */
const isReserved = (reserved: Entry, { region, tier, place, speed, imageVariant }: Terms) =>
  region === reserved.region &&
  (tier ?? 'standard') === (reserved.serviceTier ?? 'standard') &&
  place === undefined &&
  speed !== 'fast' &&
  imageVariant === undefined;

async function pricedOr(price: () => Promise<Priced>, otherwise: () => Priced): Promise<Priced> {
  try {
    return await price();
  } catch (error) {
    if (!isUnknownPrice(error)) throw error;
    return otherwise();
  }
}

const isUnknownPrice = (error: unknown): boolean => isServiceError(error, 'unknown-price');

const MOST_NAMES = 5;
const MOST_CHARACTERS = 60;

/** Some of the names, and how many more there are: an entry has to stay small. */
function namesOf(unread: readonly string[]): string[] {
  const names = [...new Set(unread)].map((name) =>
    name.slice(0, MOST_CHARACTERS).replaceAll(/[^\u0020-\u007e]/g, '?'),
  );
  const more = names.length - MOST_NAMES;
  return more <= 0 ? names : [...names.slice(0, MOST_NAMES), `and ${more} more`];
}
