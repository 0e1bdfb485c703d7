import * as z from 'zod';
import { ContradictoryUsageError } from '../domain/provider-usage.ts';
import type { TokenUsage } from '../domain/token-usage.ts';
import { tokenCount } from './fields.ts';
import { unitFields } from './billed-units.ts';
import { normalizeUsage, USAGE_SHAPES, usageShapeOf } from './usage-shapes.ts';

const furtherCount = tokenCount.optional();

/** Tokens as the provider reported them, without overlap: cached tokens are not input tokens. */
export const tokenUsage = z
  .strictObject({
    inputTokens: tokenCount,
    outputTokens: tokenCount,
    cacheReadTokens: tokenCount.default(0),
    cacheWriteTokens: tokenCount.default(0),
    cacheWriteOneHourTokens: furtherCount.meta({
      description: 'The part of cacheWriteTokens that is kept for one hour',
    }),
    ...unitFields((description) => furtherCount.meta({ description })),
  })
  .refine((usage) => (usage.cacheWriteOneHourTokens ?? 0) <= usage.cacheWriteTokens, {
    path: ['cacheWriteOneHourTokens'],
    message: 'must not exceed cacheWriteTokens, which includes it',
  })
  .meta({ id: 'TokenUsage' });

/** Usage that the caller counted, or the provider's own report. Exactly one of them is required. */
export const givenUsage = {
  usage: tokenUsage.optional(),
  providerUsage: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({
      description:
        "Instead of usage: the unchanged usage object from the provider's response (Converse, Anthropic, OpenAI, Gemini, Nova, Mistral), or the body that contains its counts (Titan, Llama). Cached and reasoning tokens are counted once",
      example: { inputTokens: 1200, outputTokens: 345, cacheReadInputTokens: 10 },
    }),
  usageShape: z.enum(USAGE_SHAPES).optional().meta({
    description: 'Shape of providerUsage, if its field names are ambiguous',
  }),
};

type GivenUsage = z.output<z.ZodObject<typeof givenUsage>>;

/** Converts the usage to one set of units. Refuses what it cannot read, naming the field. */
export function countUsage<Given extends GivenUsage>(
  { usage, providerUsage, usageShape, ...rest }: Given,
  context: z.RefinementCtx,
): Omit<Given, keyof GivenUsage> & { usage: TokenUsage } {
  const refuse = (path: PropertyKey[], message: string): never => {
    context.addIssue({ code: 'custom', path, message });
    return z.NEVER;
  };
  if (providerUsage === undefined) {
    if (usageShape !== undefined) {
      return refuse(['usageShape'], 'is the shape of providerUsage, which is missing');
    }
    return usage ? { ...rest, usage } : refuse(['usage'], 'is missing. Send it, or providerUsage');
  }
  if (usage)
    return refuse(
      ['providerUsage'],
      'cannot be combined with usage. Send either usage or providerUsage, not both',
    );
  const shape = usageShape ?? usageShapeOf(providerUsage);
  if (!shape) {
    return refuse(['providerUsage'], `has no known shape. Name one in usageShape, or send usage`);
  }
  try {
    return { ...rest, usage: normalizeUsage(shape, providerUsage) };
  } catch (error) {
    if (error instanceof ContradictoryUsageError) return refuse(['providerUsage'], error.message);
    if (!(error instanceof z.ZodError)) throw error;
    for (const { path, message } of error.issues) {
      refuse(['providerUsage', ...path], `${message} (${shape})`);
    }
    return z.NEVER;
  }
}
