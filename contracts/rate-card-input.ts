import * as z from 'zod';
import { UNNAMED_SOURCE } from '../domain/pricing/rate-card.ts';
import { priceDescription, unitFields } from './billed-units.ts';
import { identifier, instant, plainText, usd } from './fields.ts';

const price = usd.refine((amount) => amount >= 0n, 'must not be negative');

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

const region = z
  .string()
  .max(32)
  .regex(/^[a-z]+(?:-[a-z]+)+-\d$/, 'must be a region');

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
    servedIn: place.optional().meta({
      description:
        'Where a name without a profile and a region is served, if not at these prices; one of geographic',
      example: 'in-region',
    }),
    knownRegions: z
      .array(region)
      .min(1)
      .max(MAX_PLACES)
      .optional()
      .meta({
        description:
          'Regions where these prices apply. Elsewhere the highest price of this card applies, unless geographic states one. Default: every region',
        example: ['us-east-1', 'us-west-2'],
      }),
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
