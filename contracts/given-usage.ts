import * as z from 'zod';
import {
  ContradictoryUsageError,
  UnreadableUsageError,
} from '../domain/provider-usage/gather-members.ts';
import { readUsage } from '../domain/provider-usage/read-usage.ts';
import { USAGE_SHAPES } from '../domain/provider-usage/usage-shapes.ts';
import { tokenCount } from './fields.ts';
import { unitFields } from './billed-units.ts';

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
    reasoningOutputTokens: furtherCount.meta({
      description:
        'The part of outputTokens that was reasoning. Only counted, because outputTokens is what is billed; reasoningTokens is for reasoning with a price of its own',
    }),
    ...unitFields((description) => furtherCount.meta({ description })),
  })
  .refine((usage) => (usage.cacheWriteOneHourTokens ?? 0) <= usage.cacheWriteTokens, {
    path: ['cacheWriteOneHourTokens'],
    message: 'must not exceed cacheWriteTokens, which includes it',
  })
  .refine((usage) => (usage.reasoningOutputTokens ?? 0) <= usage.outputTokens, {
    path: ['reasoningOutputTokens'],
    message: 'must not exceed outputTokens, which includes it',
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
        'Instead of usage: the unchanged usage object from the response of a provider, gateway or SDK, the response itself, or the last event of its stream. Each member is counted once, known to be free, or refused by name; service tier, place and speed in it decide the price',
      example: { inputTokens: 1200, outputTokens: 345, cacheReadInputTokens: 10 },
    }),
  usageShape: z.enum(USAGE_SHAPES).optional().meta({
    description: 'Shape of providerUsage, if its field names are ambiguous',
  }),
};

export type GivenUsage = z.output<z.ZodObject<typeof givenUsage>>;
type Stated = GivenUsage & {
  cacheHit?: boolean | undefined;
  model?: string | undefined;
  actualCostUsd?: bigint | undefined;
};

/**
 * Refuses usage that is missing, given twice, or in no shape that can be read. Whether its numbers
 * agree, and what they cost, depends on the model and is decided later.
 */
export function refuseUnreadable(stated: Stated, context: z.RefinementCtx): void {
  const { usage, providerUsage, usageShape, model } = stated;
  const refuse = (path: PropertyKey[], message: string): void =>
    context.addIssue({ code: 'custom', path, message });
  if (stated.cacheHit === true) {
    refuseUsageOfHit(stated, refuse);
    return;
  }
  if (providerUsage === undefined) {
    if (usageShape !== undefined) {
      refuse(['usageShape'], 'is the shape of providerUsage, which is missing');
    } else if (!usage) refuse(['usage'], 'is missing. Send it, or providerUsage');
    return;
  }
  if (usage) {
    refuse(
      ['providerUsage'],
      'cannot be combined with usage. Send either usage or providerUsage, not both',
    );
    return;
  }
  try {
    readUsage(providerUsage, { model }, usageShape);
  } catch (error) {
    if (!(error instanceof UnreadableUsageError)) throw error;
    if (error instanceof ContradictoryUsageError) return;
    refuse(['providerUsage', ...(error.path === '' ? [] : [error.path])], error.message);
  }
}

const NOT_CALLED = 'because no provider answered: leave it out, or leave out cacheHit';

/** A cache of the caller's own uses no tokens and costs nothing. */
function refuseUsageOfHit(
  { usage, providerUsage, usageShape, actualCostUsd = 0n }: Stated,
  refuse: (path: PropertyKey[], message: string) => void,
): void {
  for (const [name, value] of Object.entries({ providerUsage, usageShape })) {
    if (value !== undefined) refuse([name], `cannot be combined with cacheHit, ${NOT_CALLED}`);
  }
  for (const [name, count] of Object.entries(usage ?? {})) {
    if (count !== 0) refuse(['usage', name], `must be 0 with cacheHit, ${NOT_CALLED}`);
  }
  if (actualCostUsd !== 0n) refuse(['actualCostUsd'], `must be 0 with cacheHit, ${NOT_CALLED}`);
}
