import * as z from 'zod';
import { identifier, instant, tags, tokenCount } from './fields.ts';
import { defineRoute } from './route.ts';

const furtherCount = tokenCount.optional();

/** Tokens as the provider reported them, counted disjointly: cached tokens are not input tokens. */
export const tokenUsage = z
  .strictObject({
    inputTokens: tokenCount,
    outputTokens: tokenCount,
    cacheReadTokens: tokenCount.default(0),
    cacheWriteTokens: tokenCount.default(0),
    cacheWriteOneHourTokens: furtherCount.meta({
      description: 'Of cacheWriteTokens, those that live one hour',
    }),
    images: furtherCount.meta({ description: 'Where the model is priced by the image' }),
    queries: furtherCount.meta({ description: 'Where the model is priced by the request' }),
  })
  .refine((usage) => (usage.cacheWriteOneHourTokens ?? 0) <= usage.cacheWriteTokens, {
    path: ['cacheWriteOneHourTokens'],
    message: 'must not be more than cacheWriteTokens, which it is part of',
  })
  .meta({ id: 'TokenUsage' });

/** Usage that was never reserved. The `eventId` makes it count once for ever. */
export const usageEvent = z
  .strictObject({
    eventId: identifier,
    at: instant,
    system: identifier,
    userId: identifier,
    departmentId: identifier.optional(),
    operation: identifier.optional(),
    model: identifier,
    usage: tokenUsage,
    region: identifier.optional(),
    tags: tags.optional(),
  })
  .meta({ id: 'UsageEvent' });
export type UsageEvent = z.output<typeof usageEvent>;

export const usageRoutes = {
  ingestUsage: defineRoute({
    method: 'POST',
    path: '/v1/usage',
    summary: 'Record usage that was not reserved, up to 500 events at once',
    idempotencyKey: 'remembered',
    roles: ['caller', 'operator', 'admin'],
    // Events are validated one by one, so that a bad one does not refuse the others.
    body: z.strictObject({ events: z.array(z.unknown()).min(1).max(500) }),
    maxBodyBytes: 1024 * 1024,
    responses: {
      200: {
        description: 'What became of each event',
        schema: z.object({
          accepted: z.int(),
          duplicates: z.int(),
          rejected: z.array(z.object({ index: z.int(), field: z.string(), message: z.string() })),
        }),
      },
    },
  }),
};
