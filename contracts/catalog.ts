import * as z from 'zod';
import { instantText, modelName, pageCursor, pageLimit } from './fields.ts';
import { STALE_AFTER_DAYS } from '../domain/pricing/rate-card.ts';
import { priceDescription, unitFields } from './billed-units.ts';
import { ASSUMABLE_FACTS, CAPABILITIES } from '../domain/catalog/model.ts';
import { MODEL_APIS } from '../domain/gateway/wire-format.ts';
import { putModelBody } from './model-input.ts';
import { putRateCardBody } from './rate-card-input.ts';
import { defineRoute } from './route.ts';

const priceText = z.string().meta({
  description: 'Decimal USD per million tokens with nine fraction digits',
  example: '3.000000000',
});

const prices = z.object({
  inputUsdPerMillion: priceText,
  outputUsdPerMillion: priceText,
  cacheReadUsdPerMillion: priceText.optional(),
  cacheWriteUsdPerMillion: priceText.optional().meta({ description: 'Kept for five minutes' }),
  cacheWriteOneHourUsdPerMillion: priceText.optional(),
});

const priceList = prices.extend({
  longContext: prices.extend({ aboveInputTokens: z.int() }).optional(),
});

const unitPrices = {
  imageUsd: priceText.optional().meta({ description: 'Decimal USD per image' }),
  queryUsd: priceText.optional().meta({ description: 'Decimal USD per request' }),
  units: z
    .strictObject(
      unitFields((_, unit) => priceText.optional().meta({ description: priceDescription(unit) })),
    )
    .optional()
    .meta({ description: 'Prices of everything but text tokens' }),
  imageVariants: z
    .record(z.string(), priceText)
    .optional()
    .meta({ description: 'USD per image, by size, quality or both' }),
};

const percentOfStandard = z
  .int()
  .optional()
  .meta({ description: 'Relative to the standard price' });

const aging = {
  pricesCheckedAt: z.string().meta({
    description: 'The day on which the prices were last compared with a source',
    example: '2026-11-30',
  }),
  pricesAreStale: z
    .boolean()
    .meta({ description: `Whether that was more than ${STALE_AFTER_DAYS} days ago` }),
};

const rateCardView = priceList
  .extend({
    ...unitPrices,
    model: z.string(),
    effectiveFrom: instantText,
    origin: z.enum(['built-in', 'organization']),
    source: z.string(),
    sourceDate: z.string().meta({ example: '2026-09-23' }),
    effectiveUntil: instantText.optional().meta({ description: 'When the price ends' }),
    endReason: z.string().optional(),
    ...aging,
    doubt: z.string().optional().meta({ description: 'What sources disagree about' }),
    servedIn: z.string().optional().meta({
      description: 'Where a name without a profile and a region is served, and priced',
    }),
    knownRegions: z.array(z.string()).optional().meta({
      description:
        'Regions where these prices are known to apply. Elsewhere the highest known price applies',
    }),
    batchPercent: percentOfStandard,
    flexPercent: percentOfStandard,
    priorityPercent: percentOfStandard,
    fastPercent: z
      .int()
      .optional()
      .meta({ description: 'Fast mode, relative to the price of the tier' }),
    inputIncludesCache: z.boolean().optional(),
    sameAs: z.string().optional().meta({
      description:
        'The model whose prices apply; the prices shown here are from the day it was set',
    }),
    geographic: z
      .record(z.string(), priceList)
      .optional()
      .meta({ description: 'Prices by place, where they differ' }),
  })
  .meta({ id: 'RateCard' });
export type RateCardView = z.output<typeof rateCardView>;
export type PricesView = z.output<typeof prices>;
export type PriceListView = z.output<typeof priceList>;

const modelView = z
  .object({
    model: z.string(),
    provider: z.string(),
    family: z.string(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    origin: z.enum(['built-in', 'organization']),
    quality: z.number().optional().meta({ description: '0 to 1, for work of any kind' }),
    qualityUncertainty: z.number().optional().meta({ description: 'Standard error of quality' }),
    qualitySource: z.string().optional(),
    taskQualities: z
      .array(
        z.object({
          task: z.string(),
          quality: z.number(),
          uncertainty: z.number(),
          source: z.string(),
        }),
      )
      .optional(),
    specialization: z.string().optional(),
    performanceScore: z.number().optional(),
    assumed: z.array(z.enum(ASSUMABLE_FACTS)).optional().meta({
      description: 'Facts guessed for the family of the model. Nobody measured them for this model',
    }),
    latencyMs: z.number().optional().meta({ description: 'Typical, for a whole answer' }),
    downgradeTo: z.string().optional(),
    recommendable: z.boolean(),
    apis: z.array(z.enum(MODEL_APIS)).optional(),
    capabilities: z.array(z.enum(CAPABILITIES)).optional(),
    regions: z.array(z.string()).optional(),
    legacyFrom: instantText.optional(),
    endsAt: instantText.optional().meta({
      description: 'From when its provider serves it no more',
    }),
  })
  .extend({ ...prices.partial().shape, ...unitPrices })
  .extend({
    pricesCheckedAt: aging.pricesCheckedAt.optional(),
    pricesAreStale: aging.pricesAreStale.optional(),
    priceEndsAt: instantText.optional().meta({ description: 'When the current price ends' }),
    priceChangesAt: instantText
      .optional()
      .meta({ description: 'When the next announced price begins' }),
  })
  .meta({ id: 'Model' });
export type ModelView = z.output<typeof modelView>;

const modelPath = z.strictObject({ model: modelName });

export const catalogRoutes = {
  listModels: defineRoute({
    method: 'GET',
    path: '/v1/models',
    summary: 'Models with their current prices for the organization',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'none' },
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of models',
        schema: z.object({ items: z.array(modelView), nextCursor: z.string().optional() }),
      },
    },
  }),
  putModel: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/models/{model}',
    summary: 'Add a model to the catalog of the organization, or describe one differently',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: modelPath,
    body: putModelBody,
    responses: { 200: { description: 'The model with its current price', schema: modelView } },
  }),
  getRateCard: defineRoute({
    method: 'GET',
    path: '/v1/rate-cards/{model}',
    summary: 'The current price of a model, and all its dated cards',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    params: modelPath,
    problems: ['not-found'],
    responses: {
      200: {
        description: 'The card in force and all cards, oldest first',
        schema: z.object({
          model: z.string(),
          current: rateCardView.optional(),
          cards: z.array(rateCardView),
        }),
      },
    },
  }),
  putRateCard: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/rate-cards/{model}',
    summary: "Set the organization's price for a model from a given time",
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: modelPath,
    body: putRateCardBody,
    problems: ['conflict'],
    responses: { 200: { description: 'The stored card', schema: rateCardView } },
  }),
};
