import * as z from 'zod';
import type { Named } from '../domain/naming/naming.ts';
import type { UsagePart } from '../domain/provider-usage/read-usage.ts';
import { SERVICE_TIERS, type Speed } from '../domain/pricing/service-tier.ts';
import {
  identifier,
  imageVariant,
  instant,
  modelName,
  sessionId,
  tags,
  tokenCount,
  usd,
} from './fields.ts';
import type { AnswerTraits } from '../domain/ledger/request-traits.ts';
import { answerTraits, requestTraits } from './request-traits.ts';
import type { TokenUsage } from '../domain/token-usage.ts';
import { type GivenUsage, givenUsage, refuseUnreadable } from './given-usage.ts';
import { defineRoute } from './route.ts';

/**
 * Usage that was never reserved. The system's `eventId` makes it count only once for as long as
 * entries are kept.
 */
export const usageEvent = z
  .strictObject({
    eventId: identifier.meta({
      description:
        'Makes the event count once for its system. The same event again is a duplicate; a different event under this id is rejected',
    }),
    at: instant,
    system: identifier,
    userId: identifier,
    departmentId: identifier.optional(),
    operation: identifier.optional(),
    model: modelName,
    serviceTier: z.enum(SERVICE_TIERS).optional().meta({ description: 'Default: standard' }),
    ...givenUsage,
    region: identifier.optional(),
    sessionId: sessionId.optional(),
    tags: tags.optional(),
    imageVariant,
    maxOutputTokens: tokenCount.min(1, 'must be at least 1').optional().meta({
      description: 'The most output tokens that the request allowed',
    }),
    ...requestTraits,
    ...answerTraits,
    actualCostUsd: usd.optional().meta({
      description: 'What the provider charged. Default: the price of the usage',
    }),
  })
  .superRefine(refuseUnreadable)
  .meta({ id: 'UsageEvent' });

/** An event as it was sent. */
export type SentEvent = Named<z.output<typeof usageEvent>>;

/** An event whose usage is read. `place`, `speed` and `parts` come from a provider's report. */
export type UsageEvent = Omit<SentEvent, keyof GivenUsage> & {
  usage: TokenUsage;
  reasoningOutputTokens?: number | undefined;
  /** What only the provider's report says of the answer. */
  reported?: Pick<AnswerTraits, 'finishReason' | 'reasoningOutputTokens'> | undefined;
  place?: string | undefined;
  speed?: Speed | undefined;
  parts?: readonly UsagePart[] | undefined;
};

export const usageRoutes = {
  ingestUsage: defineRoute({
    method: 'POST',
    path: '/v1/usage',
    summary: 'Record usage that was not reserved, up to 500 events at once',
    idempotencyKey: 'remembered',
    roles: ['caller', 'operator', 'admin'],
    access: { subject: 'events' },
    // Events are validated one by one, so that an invalid one does not affect the others.
    body: z.strictObject({ events: z.array(z.unknown()).min(1).max(500) }),
    maxBodyBytes: 1024 * 1024,
    responses: {
      200: {
        description: 'The result for each event',
        schema: z.object({
          accepted: z.int(),
          duplicates: z.int(),
          rejected: z.array(
            z.object({
              index: z.int(),
              code: z.enum(['conflict']).optional().meta({
                description: 'conflict: another event was recorded under this eventId',
              }),
              field: z.string().meta({
                description: 'What to change; in a conflict, the first field that differs',
              }),
              message: z.string(),
            }),
          ),
        }),
      },
    },
  }),
};
