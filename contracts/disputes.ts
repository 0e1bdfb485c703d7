import * as z from 'zod';
import type { Conduct } from '../domain/ledger/conduct.ts';
import { MAX_DISPUTED_NANO_USD } from '../domain/ledger/conduct.ts';
import { DEVIATIONS } from '../domain/ledger/deviation.ts';
import type { Correction } from '../domain/ledger/correction.ts';
import { countedNanoUsd, type Entry } from '../domain/ledger/entry.ts';
import { spelledPrincipals } from '../domain/naming/spelling.ts';
import { formatUsd } from '../domain/money.ts';
import { identifier, instantText, pageCursor, pageLimit, plainText, usdText } from './fields.ts';
import { defineRoute } from './route.ts';

const reasonBody = z
  .strictObject({ reason: plainText(200).min(1, 'must not be empty') })
  .meta({ id: 'DisputeReason' });

export const disputeView = z
  .object({
    disputeId: z.string(),
    kinds: z.array(z.enum(DEVIATIONS)).meta({ description: 'How it deviates' }),
    requestId: z
      .string()
      .meta({ description: 'The reservation, or the event of unreserved usage' }),
    keyId: z.string().optional().meta({ description: 'Id of the key that stated it' }),
    userId: z.string(),
    departmentId: z.string().optional(),
    system: z.string(),
    operation: z.string().optional(),
    model: z.string(),
    settledUsd: usdText,
    countedUsd: usdText.meta({ description: 'What budgets count while it is disputed' }),
    disputedUsd: usdText.meta({
      description: 'The disputed part; negative if a late settlement takes back what was presumed',
    }),
    openedAt: instantText,
  })
  .meta({ id: 'Dispute' });

const resolutionView = z.object({
  disputeId: z.string(),
  previousUsd: usdText,
  settledUsd: usdText.meta({ description: 'Its cost now; budgets count all of it' }),
  reason: z.string(),
  resolvedAt: instantText,
});

const conductView = z
  .object({
    keyId: z.string(),
    disputedUsd: usdText,
    allowedDisputedUsd: usdText.meta({
      description: 'With more than this in dispute, the key may neither reserve nor state costs',
    }),
    routes: z
      .array(
        z.object({
          record: z.int().meta({ description: "Routes share a key's 32 records" }),
          declaredUsd: usdText,
          settledUsd: usdText,
          settlements: z.int(),
          overruns: z.int(),
        }),
      )
      .meta({ description: 'What was recorded since a settlement overran its declaration' }),
  })
  .meta({ id: 'Conduct' });

const disputePath = z.strictObject({ id: z.string().max(800) });
const keyPath = z.strictObject({ keyId: identifier });

export const disputeRoutes = {
  listDisputes: defineRoute({
    method: 'GET',
    path: '/v1/disputes',
    summary: 'Deviating costs for an operator to review, oldest first',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    query: z.strictObject({
      kind: z.enum(DEVIATIONS).optional(),
      keyId: identifier.optional(),
      limit: pageLimit,
      cursor: pageCursor,
    }),
    responses: {
      200: {
        description: 'A page of disputes; with a filter it may be short',
        schema: z.object({ items: z.array(disputeView), nextCursor: z.string().optional() }),
      },
    },
  }),
  confirmDispute: defineRoute({
    method: 'POST',
    path: '/v1/disputes/{id}/confirm',
    summary:
      'Confirm a dispute, so that budgets count the whole cost; a repeat returns the same answer',
    idempotencyKey: 'remembered',
    roles: ['operator', 'admin'],
    access: { subject: 'record' },
    params: disputePath,
    body: reasonBody,
    problems: ['not-found'],
    responses: { 200: { description: 'Confirmed', schema: resolutionView } },
  }),
  rejectDispute: defineRoute({
    method: 'POST',
    path: '/v1/disputes/{id}/reject',
    summary:
      'Reject a dispute, which removes the disputed part from the cost; a repeat returns the same answer',
    idempotencyKey: 'remembered',
    roles: ['operator', 'admin'],
    access: { subject: 'record' },
    params: disputePath,
    body: reasonBody,
    problems: ['not-found'],
    responses: { 200: { description: 'Rejected', schema: resolutionView } },
  }),
  getConduct: defineRoute({
    method: 'GET',
    path: '/v1/conduct/{keyId}',
    summary: 'How a key declares and states costs',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: keyPath,
    responses: { 200: { description: 'The record of the key', schema: conductView } },
  }),
  clearConduct: defineRoute({
    method: 'POST',
    path: '/v1/conduct/{keyId}/clear',
    summary: "Clear a key's record of overruns, so that its requests are accepted again",
    idempotencyKey: 'remembered',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: keyPath,
    body: reasonBody,
    responses: { 200: { description: 'Forgotten', schema: conductView } },
  }),
};

/** The API's view of a dispute. */
export const disputeViewOf = (disputeId: string, entry: Entry): z.output<typeof disputeView> => ({
  disputeId,
  kinds: entry.deviations ?? [],
  requestId: entry.entryId,
  keyId: entry.settledKeyId ?? entry.keyId,
  ...spelledPrincipals(entry),
  operation: entry.operation,
  model: entry.model,
  settledUsd: formatUsd(entry.chargedNanoUsd),
  countedUsd: formatUsd(countedNanoUsd(entry)),
  disputedUsd: formatUsd(entry.disputedNanoUsd ?? 0n),
  openedAt: new Date(entry.disputedAtMs ?? entry.occurredAtMs).toISOString(),
});

/** The API's view of how a dispute ended. */
export const resolutionViewOf = (
  disputeId: string,
  correction: Correction,
): z.output<typeof resolutionView> => ({
  disputeId,
  previousUsd: formatUsd(correction.previousNanoUsd),
  settledUsd: formatUsd(correction.chargedNanoUsd),
  reason: correction.reason,
  resolvedAt: new Date(correction.atMs).toISOString(),
});

/** The API's view of a key's conduct. */
export const conductViewOf = (
  keyId: string,
  { disputedNanoUsd, routes }: Conduct,
): z.output<typeof conductView> => ({
  keyId,
  disputedUsd: formatUsd(disputedNanoUsd),
  allowedDisputedUsd: formatUsd(MAX_DISPUTED_NANO_USD),
  routes: [...routes].map(([record, route]) => ({
    record,
    declaredUsd: formatUsd(route.declaredNanoUsd),
    settledUsd: formatUsd(route.settledNanoUsd),
    settlements: route.settlements,
    overruns: route.overruns,
  })),
});
