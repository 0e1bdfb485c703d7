import * as z from 'zod';
import {
  identifier,
  modelName,
  instant,
  instantText,
  pageCursor,
  pageLimit,
  plainText,
  usd,
} from './fields.ts';
import { STALE_AFTER_DAYS, UNNAMED_SOURCE } from '../domain/pricing/rate-card.ts';
import { priceDescription, unitFields } from './billed-units.ts';
import { defineRoute } from './route.ts';

const price = usd.refine((amount) => amount >= 0n, 'must not be negative');

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
    quality: z.number().optional().meta({ description: '0 to 1; an editorial prior' }),
    latencyMs: z.number().optional().meta({ description: 'Typical; an editorial prior' }),
    downgradeTo: z.string().optional(),
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

const pricesInput = {
  inputUsdPerMillion: price,
  outputUsdPerMillion: price,
  cacheReadUsdPerMillion: price.optional(),
  cacheWriteUsdPerMillion: price.optional(),
  cacheWriteOneHourUsdPerMillion: price
    .refine(
      (amount) => amount > 0n,
      'must be more than 0; without it, it is cacheWriteUsdPerMillion',
    )
    .optional(),
};

const longContextInput = z
  .strictObject({ ...pricesInput, aboveInputTokens: z.int().min(1).max(100_000_000) })
  .optional();

/** Units with a name of their own from before `units`. */
const SHORT_FORMS = { images: 'imageUsd', queries: 'queryUsd' } as const;

type Refuse = (path: PropertyKey[], message: string) => void;

/** Refuses every price of 0 in a body that names no source. */
function refuseUnsourced(body: object, refuse: Refuse, path: PropertyKey[] = []): void {
  for (const [name, value] of Object.entries(body) as [string, unknown][]) {
    if (value === 0n) {
      refuse([...path, name], 'may be 0 only with a source; leave out an unknown price');
    } else if (typeof value === 'object' && value !== null) {
      refuseUnsourced(value, refuse, [...path, name]);
    }
  }
}

const BESIDE_SAME_AS = new Set([
  'sameAs',
  'effectiveFrom',
  'effectiveUntil',
  'endReason',
  'source',
]);

const MAX_PLACES = 50;
const MAX_VARIANTS = 50;

const place = z
  .string()
  .max(64)
  .regex(
    /^(?:us|ca|eu|jp|au|in|apac|us-gov|in-region|(?:(?:global|us|ca|eu|jp|au|in|apac|us-gov)\/)?[a-z]+(?:-[a-z]+)+-\d)$/,
    'must be a profile (us, ca, eu, jp, au, in, apac, us-gov), in-region, a region, or a profile in a region (eu/eu-west-1)',
  );

/**
 * Prices that an organization has negotiated. They apply to every form of the model, and to every
 * place that is not listed. Alternatively `sameAs`: the model behind an application inference
 * profile.
 */
export const putRateCardBody = z
  .strictObject({
    ...pricesInput,
    inputUsdPerMillion: price.optional(),
    outputUsdPerMillion: price.optional(),
    imageUsd: price.optional().meta({ description: 'Per image' }),
    queryUsd: price.optional().meta({ description: 'Per request, for models such as rerankers' }),
    batchPercent: z.int().min(1).max(100).optional(),
    flexPercent: z.int().min(1).max(100).optional(),
    priorityPercent: z.int().min(100).max(1_000).optional(),
    fastPercent: z
      .int()
      .min(100)
      .max(1_000)
      .optional()
      .meta({ description: 'Fast mode, relative to the price of the tier' }),
    units: z
      .strictObject(
        unitFields((_, unit) => price.optional().meta({ description: priceDescription(unit) })),
      )
      .refine((units) => Object.keys(units).length > 0, 'must name a unit')
      .optional()
      .meta({ description: 'Prices of everything but text tokens' }),
    imageVariants: z
      .record(identifier, price)
      .refine(
        (variants) => Object.keys(variants).length <= MAX_VARIANTS,
        `must name at most ${MAX_VARIANTS} variants`,
      )
      .optional()
      .meta({
        description:
          'Price per image by size, quality or both; `imageUsd` prices requests that name none',
        maxProperties: MAX_VARIANTS,
      }),
    inputIncludesCache: z.boolean().optional().meta({
      description:
        'Whether the inputTokens that Converse reports for this model include its cached tokens. Default: by the rule of its provider',
    }),
    geographic: z
      .record(place, z.strictObject({ ...pricesInput, longContext: longContextInput }))
      .refine(
        (places) => Object.keys(places).length <= MAX_PLACES,
        `must name at most ${MAX_PLACES} places`,
      )
      .meta({
        description: 'Prices by place (profile or region), where they differ',
        maxProperties: MAX_PLACES,
      })
      .optional(),
    sameAs: identifier.optional().meta({
      description: 'Instead of prices: the model whose prices apply to this name',
      example: 'eu.anthropic.claude-sonnet-4-6',
    }),
    longContext: longContextInput.meta({
      description:
        'Also applies in places without such a price, unless their own prices are higher',
    }),
    effectiveFrom: instant.optional().meta({ description: 'Default: now' }),
    effectiveUntil: instant.optional().meta({
      description:
        'When the price ends. Then the next card applies, or the built-in price, or the model is refused',
    }),
    endReason: plainText(200).min(1).optional().meta({ description: 'Why it ends' }),
    source: plainText(200)
      .min(1)
      .optional()
      .meta({
        description: `Who says so; required for a price of 0. Default: ${UNNAMED_SOURCE}`,
      }),
  })
  .superRefine((body, context) => {
    const refuseAt: Refuse = (path, message) => context.addIssue({ code: 'custom', path, message });
    const refuse = (name: string, message: string) => refuseAt([name], message);
    if (body.source === undefined) refuseUnsourced(body, refuseAt);
    if (body.sameAs !== undefined) {
      const others = Object.keys(body).filter((name) => !BESIDE_SAME_AS.has(name));
      for (const name of others) refuse(name, 'cannot be combined with sameAs');
      return;
    }
    for (const [unit, name] of Object.entries(SHORT_FORMS)) {
      if (body[name] !== undefined && body.units?.[unit as keyof typeof SHORT_FORMS] !== undefined)
        refuse(name, `cannot be combined with units.${unit}, which means the same`);
    }
    if (body.imageUsd !== undefined || body.queryUsd !== undefined) {
      if (body.longContext) refuse('longContext', 'cannot be combined with imageUsd or queryUsd');
    } else if (!body.units && !body.imageVariants) {
      if (body.inputUsdPerMillion === undefined) refuse('inputUsdPerMillion', 'is missing');
      if (body.outputUsdPerMillion === undefined) refuse('outputUsdPerMillion', 'is missing');
    }
  })
  .meta({ id: 'RateCardInput' });
export type PutRateCardBody = z.output<typeof putRateCardBody>;

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
