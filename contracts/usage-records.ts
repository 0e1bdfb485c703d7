import { DELIVERIES } from '../domain/ledger/delivery.ts';
import * as z from 'zod';
import { DEVIATIONS } from '../domain/ledger/deviation.ts';
import type { Posting } from '../domain/ledger/posting.ts';
import { formatUsd } from '../domain/money.ts';
import { spelledPrincipals } from '../domain/naming/spelling.ts';
import {
  identifier,
  instantText,
  pageCursor,
  pageLimit,
  requestedModel,
  usdText,
} from './fields.ts';
import { SERVICE_TIERS } from '../domain/pricing/service-tier.ts';
import { requestTraitViews } from './request-traits.ts';
import { unitFields } from './billed-units.ts';
import { dateOrInstant } from './reports.ts';
import { priceBasis } from './predictions.ts';
import { defineRoute } from './route.ts';

/** One movement of spent money. A request has one, plus another for each correction. */
export const usageRecord = z
  .object({
    recordId: z.string(),
    requestId: z
      .string()
      .meta({ description: 'The reservation, or the event of unreserved usage' }),
    kind: z.enum(['settlement', 'presumption', 'correction', 'charge']),
    at: instantText.meta({ description: 'When the money was reserved or used' }),
    postedAt: instantText,
    system: z.string(),
    userId: z.string(),
    departmentId: z.string().optional(),
    operation: z.string().optional(),
    model: z.string(),
    requestedModel,
    region: z.string().optional(),
    serviceTier: z.enum(SERVICE_TIERS).optional().meta({
      description: 'The tier that served it. Omitted if it was standard',
    }),
    sessionId: z.string().optional(),
    tags: z.record(z.string(), z.string()).optional(),
    costUsd: usdText.meta({ description: 'Negative for a downward correction' }),
    disputedUsd: usdText.optional().meta({ description: 'The disputed part of the cost' }),
    pricedUsd: usdText.optional().meta({
      description: 'At the price of the rate card, if something else was charged',
    }),
    reportedUsd: usdText.optional().meta({ description: 'What the provider says it charges' }),
    priceBasis: priceBasis.optional().meta({
      description:
        'dearest-known if the rate card states no price where it was served. Omitted if it does',
    }),
    unreadMembers: z.array(z.string()).optional().meta({
      description: 'Members of the usage without a known meaning or price, which the cost lacks',
    }),
    savedUsd: usdText.optional().meta({
      description:
        'What another model than the one asked for saved, net of the lost cache; negative if it cost more. With cacheHit: what the answer had cost',
    }),
    lostCacheUsd: usdText.optional().meta({
      description: 'What savedUsd was lowered by for the lost cache',
    }),
    delivery: z.enum(DELIVERIES).optional().meta({
      description:
        'How the answer of a call through the gateway reached its client, if not whole. drained: the client had gone, and the provider was heard to its end. failed: the provider broke off, and a part of the usage is an estimate',
    }),
    deviations: z
      .array(z.enum(DEVIATIONS))
      .optional()
      .meta({ description: 'How the settlement or event deviated from what was expected' }),
    usage: z.object({
      inputTokens: z.int(),
      outputTokens: z.int(),
      cacheReadTokens: z.int(),
      cacheWriteTokens: z.int(),
      cacheWriteOneHourTokens: z.int().optional(),
      reasoningOutputTokens: z.int().optional().meta({
        description: 'The part of outputTokens that was reasoning, if the provider says',
      }),
      ...unitFields(() => z.int().optional()),
    }),
    expectedCostUsd: usdText.optional(),
    reservedUsd: usdText.optional(),
    maxOutputTokens: z.int().optional(),
    ...requestTraitViews,
  })
  .meta({ id: 'UsageRecord' });
export type UsageRecord = z.output<typeof usageRecord>;

export const usageQuery = z.strictObject({
  userId: identifier.optional(),
  departmentId: identifier.optional(),
  system: identifier.optional(),
  model: identifier.optional(),
  operation: identifier.optional(),
  sessionId: identifier.optional(),
  from: dateOrInstant.optional().meta({ description: 'Default: 24 hours before `to`' }),
  to: dateOrInstant.optional().meta({ description: 'Exclusive. Default: now' }),
  limit: pageLimit,
  cursor: pageCursor,
});

export const usageRecordRoutes = {
  listUsage: defineRoute({
    method: 'GET',
    path: '/v1/usage',
    summary: 'Recorded usage, newest first; a page may be short if a filter matches few records',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'principals', in: 'query' },
    query: usageQuery,
    responses: {
      200: {
        description: 'A page of records',
        schema: z.object({ items: z.array(usageRecord), nextCursor: z.string().optional() }),
      },
    },
  }),
};

/** The API's view of a posting. */
export function usageRecordViewOf(posting: Posting): UsageRecord {
  const { disputedNanoUsd, expectedCostNanoUsd, reservedNanoUsd } = posting;
  return {
    recordId: posting.postingId,
    requestId: posting.entryId,
    kind: posting.kind,
    at: new Date(posting.occurredAtMs).toISOString(),
    postedAt: new Date(posting.postedAtMs).toISOString(),
    sessionId: posting.given?.sessionId ?? posting.sessionId,
    ...spelledPrincipals(posting),
    operation: posting.operation,
    model: posting.model,
    requestedModel: posting.given?.model,
    region: posting.region,
    serviceTier: posting.terms?.tier === 'standard' ? undefined : posting.terms?.tier,
    tags: posting.tags,
    costUsd: formatUsd(posting.amountNanoUsd),
    disputedUsd: disputedNanoUsd === undefined ? undefined : formatUsd(disputedNanoUsd),
    pricedUsd: optionalUsd(posting.pricedNanoUsd),
    reportedUsd: optionalUsd(posting.reportedNanoUsd),
    priceBasis: posting.priceBasis,
    unreadMembers: posting.unreadMembers,
    savedUsd: optionalUsd(posting.savedNanoUsd),
    lostCacheUsd: optionalUsd(posting.lostCacheNanoUsd),
    delivery: posting.delivery,
    deviations: posting.deviations,
    usage: {
      ...posting.usage,
      reasoningOutputTokens: posting.answer?.reasoningOutputTokens,
    },
    expectedCostUsd: expectedCostNanoUsd === undefined ? undefined : formatUsd(expectedCostNanoUsd),
    reservedUsd: reservedNanoUsd === undefined ? undefined : formatUsd(reservedNanoUsd),
    latencyMs: posting.latencyMs,
    quality: posting.quality,
    maxOutputTokens: posting.maxOutputTokens,
    ...posting.traits,
    status: posting.answer?.status,
    finishReason: posting.answer?.finishReason,
    cacheHit: posting.answer?.isCacheHit,
  };
}

const optionalUsd = (amount: bigint | undefined): string | undefined =>
  amount === undefined ? undefined : formatUsd(amount);
