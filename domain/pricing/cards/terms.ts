import type { PriceFacts } from '../card-facts.ts';
import type { Place } from '../model-id.ts';

/** Batch inference is half the standard price (aws.amazon.com/bedrock/pricing, claude.com/pricing). */
export const BATCH = { batchPercent: 50 };

/** The tiers Flex and Priority of Amazon Bedrock. */
export const FLEX_AND_PRIORITY = { flexPercent: 50, priorityPercent: 175 };

/** The premium of every place, for a model whose own price is that of a global profile. */
export const IN_PLACE = {
  us: 110,
  eu: 110,
  jp: 110,
  au: 110,
  in: 110,
  apac: 110,
  'in-region': 110,
};

/** The same prices in several regions. */
export const inRegions = (input: string, output: string, ...regions: Place[]) =>
  Object.fromEntries(regions.map((region) => [region, { input, output }])) as Partial<
    Record<Place, PriceFacts>
  >;
