import * as z from 'zod';
import {
  identifier,
  instant,
  instantText,
  pageCursor,
  pageLimit,
  plainText,
  usd,
} from './fields.ts';
import { defineRoute } from './route.ts';

const price = usd.refine(
  (amount) => amount > 0n,
  'must be more than 0: an unknown price is left out',
);

const priceText = z.string().meta({
  description: 'Decimal USD per million tokens with nine fraction digits',
  example: '3.000000000',
});

const prices = z.object({
  inputUsdPerMillion: priceText,
  outputUsdPerMillion: priceText,
  cacheReadUsdPerMillion: priceText.optional(),
  cacheWriteUsdPerMillion: priceText.optional().meta({ description: 'Living five minutes' }),
  cacheWriteOneHourUsdPerMillion: priceText.optional(),
});

const rateCardView = prices
  .extend({
    model: z.string(),
    effectiveFrom: instantText,
    origin: z.enum(['built-in', 'organization']),
    source: z.string(),
    sourceDate: z.string().meta({ example: '2026-09-23' }),
    batchPercent: z.int().optional().meta({ description: 'Of the standard price' }),
    longContext: prices.extend({ aboveInputTokens: z.int() }).optional(),
    geographic: z
      .record(z.string(), prices)
      .optional()
      .meta({ description: 'Prices by place where they differ' }),
  })
  .meta({ id: 'RateCard' });
export type RateCardView = z.output<typeof rateCardView>;
export type PricesView = z.output<typeof prices>;

const modelView = z
  .object({
    model: z.string(),
    provider: z.string(),
    family: z.string(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    quality: z.number().optional().meta({ description: '0 to 1; an editorial prior' }),
    latencyMs: z.number().optional().meta({ description: 'Typical; an editorial prior' }),
    downgradeTo: z.string().optional(),
  })
  .extend(prices.partial().shape)
  .meta({ id: 'Model' });
export type ModelView = z.output<typeof modelView>;

const pricesInput = {
  inputUsdPerMillion: price,
  outputUsdPerMillion: price,
  cacheReadUsdPerMillion: price.optional(),
  cacheWriteUsdPerMillion: price.optional(),
  cacheWriteOneHourUsdPerMillion: price.optional(),
};

/** Prices that an organization has agreed on; they hold for every place and form of the model. */
export const putRateCardBody = z
  .strictObject({
    ...pricesInput,
    batchPercent: z.int().min(1).max(100).optional(),
    longContext: z
      .strictObject({ ...pricesInput, aboveInputTokens: z.int().min(1).max(100_000_000) })
      .optional(),
    effectiveFrom: instant.optional().meta({ description: 'Default: now' }),
    source: plainText(200).min(1).default('set by the organization'),
  })
  .meta({ id: 'RateCardInput' });
export type PutRateCardBody = z.output<typeof putRateCardBody>;

const modelPath = z.strictObject({ model: identifier });

export const catalogRoutes = {
  listModels: defineRoute({
    method: 'GET',
    path: '/v1/models',
    summary: 'Models with their current prices for the organization',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of models',
        schema: z.object({ items: z.array(modelView), nextCursor: z.string().optional() }),
      },
    },
  }),
  getRateCard: defineRoute({
    method: 'GET',
    path: '/v1/rate-cards/{model}',
    summary: 'The price of a model now, and every dated card behind it',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    params: modelPath,
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
    summary: 'Set the price of a model for the organization from an instant on',
    roles: ['operator', 'admin'],
    params: modelPath,
    body: putRateCardBody,
    responses: { 200: { description: 'The card as it is kept', schema: rateCardView } },
  }),
};
