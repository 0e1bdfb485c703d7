import * as z from 'zod';
import { budgetView } from './budgets.ts';
import { controlView } from './controls.ts';
import { correctionView } from './corrections.ts';
import {
  holdSeconds,
  modelName,
  identifier,
  imageVariant,
  instantText,
  requestedModel,
  usd,
  usdText,
} from './fields.ts';
import { predictionView, priceBasis } from './predictions.ts';
import { reservationInput } from './reservation-input.ts';
import type { NanoUsd } from '../domain/money.ts';
import { SERVICE_TIERS } from '../domain/pricing/service-tier.ts';
import type { Served } from '../domain/provider-usage/meaning.ts';
import type { UsagePart } from '../domain/provider-usage/read-usage.ts';
import { DELIVERIES, type Delivery } from '../domain/ledger/delivery.ts';
import { DEVIATIONS } from '../domain/ledger/deviation.ts';
import { SEVERITIES } from '../domain/severity.ts';
import type { Role } from '../domain/access/caller.ts';
import { queuedJob } from './jobs.ts';
import { defineRoute } from './route.ts';
import type { TokenUsage } from '../domain/token-usage.ts';
import { answerTraits } from './request-traits.ts';
import { type GivenUsage, givenUsage, refuseUnreadable, tokenUsage } from './given-usage.ts';

/** Models and calls that one request may consist of. */
const MAX_PARTS = 50;

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const reservationPath = z.strictObject({ id: z.string().max(128) });

/** Whether a text has the format of a reservation id. */
export const isReservationId = (text: string): boolean => UUID_V7.test(text);

const unlistedPriceBasis = priceBasis.optional().meta({
  description:
    'dearest-known if the rate card states no price where it was served, so that the highest known price applies. Omitted if it does',
});

/** The same figure in answers, usage records and reports. */
const savings = {
  savedUsd: usdText.optional().meta({
    description:
      'With decision downgrade: what this model saves compared with the one asked for, net of the lost cache; negative if it costs more. Expected until it is settled, then as it was',
  }),
  lostCacheUsd: usdText.optional().meta({
    description:
      'With decision downgrade: what savedUsd was lowered by, because the cache of the requested model is lost',
  }),
};

export const reservationView = z
  .object({
    reservationId: z.string().meta({ example: '019aa5c3-7a10-7cc4-9b1e-2f6d0c1b8a44' }),
    decision: z.enum(['proceed', 'downgrade']),
    state: z.enum(['reserved', 'settled', 'voided', 'expired']),
    model: z.string(),
    requestedModel,
    region: z.string().optional().meta({
      description:
        'Of the request, or where its conversation was served last, so that its cache is found again. Else any will do',
    }),
    priceBasis: unlistedPriceBasis,
    allocatedUsd: usdText,
    remainingUsd: usdText
      .nullable()
      .meta({ description: 'Smallest available amount over all budgets; null if none applies' }),
    expiresAt: instantText,
    warnings: z.array(z.string()).meta({ description: 'Warning-only budgets that are exceeded' }),
    severity: z.enum(SEVERITIES).optional().meta({
      description: 'The severity that applies, if the ceiling of the credentials lowered it',
    }),
    control: controlView
      .optional()
      .meta({ description: 'The control that required another model' }),
    ...savings,
    budgets: z.array(budgetView),
    prediction: predictionView.optional(),
  })
  .meta({ id: 'Reservation' });

const disputedUsd = usdText.optional().meta({
  description:
    'How much of the settled cost is in dispute. Budgets do not count it until an operator confirms it. Omitted when nothing is in dispute',
});

const unreadMembers = z.array(z.string()).optional().meta({
  description: 'Members of the usage without a known meaning or price, which the cost lacks',
});

export const reservationState = z
  .object({
    reservationId: z.string(),
    state: z.enum(['reserved', 'settled', 'voided', 'expired']),
    system: z.string(),
    userId: z.string(),
    departmentId: z.string().optional(),
    sessionId: z.string().optional(),
    operation: z.string().optional(),
    model: z.string(),
    requestedModel,
    allocatedUsd: usdText,
    settledUsd: usdText.meta({
      description: 'Spent; for an expired reservation, presumed spent until it is settled',
    }),
    releasedUsd: usdText,
    overrunUsd: usdText,
    disputedUsd,
    pricedUsd: usdText.optional().meta({
      description: 'At the price of the rate card, if something else is charged',
    }),
    reportedUsd: usdText.optional().meta({ description: 'What the provider says it charges' }),
    priceBasis: unlistedPriceBasis,
    unreadMembers,
    ...savings,
    delivery: z.enum(DELIVERIES).optional().meta({
      description:
        'How the answer of a call reached its client, if not whole. drained: the client had gone, and the provider was heard to its end. failed: the call broke off, and a part of the usage is an estimate',
    }),
    deviations: z.array(z.enum(DEVIATIONS)).optional(),
    createdAt: instantText,
    expiresAt: instantText,
    closedAt: instantText.optional(),
    usage: tokenUsage.optional(),
    corrections: z.array(correctionView).optional(),
    budgets: z
      .array(z.string())
      .meta({ description: 'Budgets and periods in which the money is held' }),
  })
  .meta({ id: 'ReservationState' });

export const settleBody = z
  .strictObject({
    ...givenUsage,
    model: modelName.optional(),
    serviceTier: z.enum(SERVICE_TIERS).optional().meta({
      description: 'The tier that served the request. Default: as in providerUsage, or as reserved',
    }),
    region: identifier.optional().meta({
      description: 'The region that served the request. Default: as reserved',
    }),
    imageVariant,
    parts: z
      .array(
        z
          .strictObject({ ...givenUsage, model: modelName.optional() })
          .superRefine(refuseUnreadable),
      )
      .min(1)
      .max(MAX_PARTS)
      .optional()
      .meta({
        description:
          'Instead of usage: what each model used, if several served the request. A part without a model is of the one that is settled',
      }),
    ...answerTraits,
    delivery: z.literal('failed').optional().meta({
      description:
        'failed: the call broke off, and a part of the usage is an estimate. Omit it if the usage is what the provider reports',
    }),
    actualCostUsd: usd.optional(),
  })
  .superRefine((body, context) => {
    if (!body.parts) {
      refuseUnreadable(body, context);
      return;
    }
    for (const name of ['usage', 'providerUsage', 'usageShape', 'cacheHit'] as const) {
      if (body[name] === undefined) continue;
      context.addIssue({ code: 'custom', path: [name], message: 'cannot be combined with parts' });
    }
  })
  .meta({ id: 'SettlementInput' });

/** A settlement as it was sent. */
export type SentSettlement = z.output<typeof settleBody>;

/** A settlement whose usage is read: what a provider's report says is in its own fields. */
export type SettleBody = Omit<SentSettlement, keyof GivenUsage | 'parts' | 'delivery'> & {
  usage: TokenUsage;
  reasoningOutputTokens?: number | undefined;
  parts?: readonly UsagePart[] | undefined;
  served?: Served | undefined;
  reportedNanoUsd?: NanoUsd | undefined;
  unreadMembers?: readonly string[] | undefined;
  delivery?: Delivery | undefined;
};

export const settlementView = z
  .object({
    reservationId: z.string(),
    settledUsd: usdText,
    releasedUsd: usdText,
    overrunUsd: usdText,
    disputedUsd,
    priceBasis: unlistedPriceBasis,
    unreadMembers,
    ...savings,
  })
  .meta({ id: 'Settlement' });

export const releaseView = z
  .object({ reservationId: z.string(), releasedUsd: usdText })
  .meta({ id: 'Release' });

export const extendBody = z.strictObject({ holdSeconds }).meta({ id: 'HoldExtension' });

const spenders: Role[] = ['caller', 'operator', 'admin'];

export const reservationRoutes = {
  createReservation: defineRoute({
    method: 'POST',
    path: '/v1/reservations',
    summary: 'Hold the money of an AI request in every budget that applies, before it is made',
    roles: spenders,
    access: { subject: 'principals', in: 'body' },
    body: reservationInput,
    maxBodyBytes: 1024 * 1024,
    idempotencyKey: 'identifies',
    problems: [
      'unknown-price',
      'budget-exceeded',
      'control-in-force',
      'throttled',
      'costs-disputed',
      'underdeclared',
    ],
    responses: {
      201: { description: 'The money is held', schema: reservationView },
      202: {
        description:
          'With urgency deferred: no budget has room now, so it waits as a job (GET /v1/jobs/{id})',
        schema: queuedJob,
      },
    },
  }),
  getReservation: defineRoute({
    method: 'GET',
    path: '/v1/reservations/{id}',
    summary: 'The state and amounts of a reservation',
    roles: ['viewer', ...spenders],
    access: { subject: 'record' },
    params: reservationPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The reservation', schema: reservationState } },
  }),
  settleReservation: defineRoute({
    method: 'POST',
    path: '/v1/reservations/{id}/settle',
    summary: 'Record the actual cost of the AI request; a repeat returns the same answer',
    idempotencyKey: 'remembered',
    roles: spenders,
    access: { subject: 'record' },
    params: reservationPath,
    body: settleBody,
    maxBodyBytes: 1024 * 1024,
    problems: ['not-found', 'costs-disputed', 'unknown-price'],
    responses: { 200: { description: 'Settled', schema: settlementView } },
  }),
  extendReservation: defineRoute({
    method: 'POST',
    path: '/v1/reservations/{id}/extend',
    summary:
      'Hold the money for holdSeconds from now, if that is later than the present end; only while it is reserved',
    idempotencyKey: 'remembered',
    roles: spenders,
    access: { subject: 'record' },
    params: reservationPath,
    body: extendBody,
    problems: ['not-found', 'conflict'],
    responses: {
      200: { description: 'The reservation with its end', schema: reservationState },
    },
  }),
  voidReservation: defineRoute({
    method: 'POST',
    path: '/v1/reservations/{id}/void',
    summary: 'Release the money of an AI request that was not made',
    idempotencyKey: 'remembered',
    roles: spenders,
    access: { subject: 'record' },
    params: reservationPath,
    problems: ['not-found'],
    responses: {
      200: {
        description: 'Released',
        schema: releaseView,
      },
    },
  }),
};
