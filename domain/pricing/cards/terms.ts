import type { PriceFacts } from '../card-facts.ts';
import type { Geography, Place } from '../model-id.ts';

/** Batch inference is half the standard price (aws.amazon.com/bedrock/pricing, claude.com/pricing). */
export const BATCH = { batchPercent: 50 };

/** The tiers Flex and Priority of Amazon Bedrock. */
export const FLEX_AND_PRIORITY = { flexPercent: 50, priorityPercent: 175 };

/** Batch, Flex and Priority, as AWS lists them for models with open weights. */
export const ALL_TIERS = { ...BATCH, ...FLEX_AND_PRIORITY };

/** The premium in every place for a model whose own price is for a global profile. */
export const IN_PLACE: Partial<Record<Geography, number>> = {
  us: 110,
  ca: 110,
  eu: 110,
  jp: 110,
  au: 110,
  in: 110,
  apac: 110,
  'in-region': 110,
};

/** GovCloud costs 1.2 times the global price, and a region there 1.1 times as much again. */
export const WITH_GOVCLOUD: Partial<Record<Geography, number>> = { ...IN_PLACE, 'us-gov': 132 };

/** The same prices in several regions. */
export const inRegions = (input: string, output: string, ...regions: Place[]) =>
  Object.fromEntries(regions.map((region) => [region, { input, output }])) as Partial<
    Record<Place, PriceFacts>
  >;

/**
 * Prices of a profile by the region of the caller, which are also the prices in that region without
 * a profile.
 */
export const bySourceRegion = (
  profile: Geography,
  prices: Partial<Record<Place, readonly [input: string, output: string]>>,
) =>
  Object.fromEntries(
    Object.entries(prices).flatMap(([region, [input = '', output = ''] = []]) => [
      [region, { input, output }],
      [`${profile}/${region}`, { input, output }],
    ]),
  ) as Partial<Record<Place, PriceFacts>>;

/** Regions in which a model with open weights costs 1.2 times its price in the United States. */
const DEARER: Place[] = [
  'ap-northeast-1',
  'ap-south-1',
  'ap-southeast-3',
  'eu-central-1',
  'eu-north-1',
  'eu-south-1',
  'eu-west-1',
  'sa-east-1',
];

type Pair = readonly [input: string, output: string];

/** Prices in the regions that AWS lists for models with open weights, as it rounds them. */
export const openWeights = (dearer: Pair, london: Pair, sydney: Pair) => ({
  ...inRegions(...dearer, ...DEARER),
  ...inRegions(...london, 'eu-west-2'),
  ...inRegions(...sydney, 'ap-southeast-2'),
});

/**
 * The regional factors that AWS charged for every model with open weights that we compared one by
 * one. Cards that assume these factors say so in `doubt`.
 */
export const OPEN_WEIGHTS = {
  ...ALL_TIERS,
  doubt:
    'regional prices follow the factors that AWS applies to other models with open weights; not read one by one',
  geographic: {
    ...Object.fromEntries(DEARER.map((region) => [region, 120])),
    'eu-west-2': 155,
    'ap-southeast-2': 103,
  } as Partial<Record<Place, number>>,
};
