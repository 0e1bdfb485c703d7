import type { Posting } from '../ledger/posting.ts';
import { modelStem, parseModelId } from '../pricing/model-id.ts';
import type { Meter } from '../pricing/rate.ts';
import { termsOf } from './metered-cost.ts';

/**
 * How FOCUS names what was bought and its price. A SKU is a meter of a model. A SKU price is the SKU
 * on all terms that decide its price, without dates, contracts and amounts, so that
 * `GET /v1/rate-cards/{model}` shows it.
 */
export type FocusSku = {
  skuId: string;
  skuPriceId: string;
  /** The terms in the price's id, and its model. */
  priceDetails: Readonly<Record<string, string>>;
};

/** @param isLong whether the request has the prices of long ones */
export function skuOf(posting: Posting, meter: Meter, isLong: boolean): FocusSku {
  const stem = modelStem(posting.model);
  const skuId = `${stem}/${meter.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const { profile, region: ownRegion } = parseModelId(posting.model);
  const { tier, speed, place, region, imageVariant } = termsOf(posting);
  const terms: Record<string, string | undefined> = {
    ServiceTier: tier === 'standard' ? undefined : tier,
    Speed: speed === 'standard' ? undefined : speed,
    InferenceProfile: profile,
    Region: ownRegion ?? region,
    Place: place,
    ImageVariant: meter === 'images' ? imageVariant : undefined,
    Request: isLong ? 'long' : undefined,
  };
  const stated = Object.entries(terms).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    skuId,
    skuPriceId: [skuId, ...stated.map(([name, value]) => `${name}=${value}`)].join('/'),
    priceDetails: Object.fromEntries([
      ['x_Model', stem],
      ...stated.map(([name, value]) => [`x_${name}`, value]),
    ]) as Record<string, string>,
  };
}
