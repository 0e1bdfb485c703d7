import * as z from 'zod';
import type { Role } from '../domain/access/caller.ts';
import { type OverrideRequest, REQUEST_STATES } from '../domain/ledger/override-request.ts';
import { formatUsd } from '../domain/money.ts';
import { shownId } from '../domain/scopes.ts';
import { adjustmentView } from './budget-settings.ts';
import { BUDGET, budgetPath, budgetView, ofBudget } from './budgets.ts';
import {
  instant,
  instantText,
  pageCursor,
  pageLimit,
  period,
  plainText,
  scope,
  usd,
  usdText,
} from './fields.ts';
import { defineRoute } from './route.ts';

const overridePath = budgetPath.extend({ adjustmentId: z.uuid() });
const requestPath = budgetPath.extend({
  requestId: z.string().regex(/^\d{14}-[0-9a-f-]{36}$/, 'is not the ID of an override request'),
});

const reason = plainText(200).min(1, 'must not be empty');
const reasonBody = z.strictObject({ reason }).meta({ id: 'BudgetReason' });
const decisionBody = z.strictObject({ reason: reason.optional() }).meta({ id: 'DecisionReason' });

const overrideBody = z
  .strictObject({
    addUsd: usd.refine((amount) => amount > 0n, 'must be more than 0'),
    until: instant.optional().meta({
      description: 'When it ends. Required except for a total budget, which keeps the money',
    }),
    reason,
  })
  .meta({ id: 'OverrideInput' });

const requestView = z
  .object({
    requestId: z.string(),
    scope,
    scopeId: z.string(),
    period,
    addUsd: usdText,
    until: instantText.optional(),
    reason: z.string(),
    state: z.enum(REQUEST_STATES),
    askedBy: z.string(),
    askedAt: instantText,
    decidedBy: z.string().optional(),
    decidedAt: instantText.optional(),
    decisionReason: z.string().optional(),
    adjustmentId: z.string().optional().meta({ description: 'The override of an approval' }),
  })
  .meta({ id: 'OverrideRequest' });

const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];
const keepers: Role[] = ['operator', 'admin'];

export const budgetAdjustmentRoutes = {
  addOverride: defineRoute({
    ...ofBudget,
    method: 'POST',
    path: `${BUDGET}/overrides`,
    summary: 'Raise the limit of a budget until a time; without an end, top up a total budget',
    idempotencyKey: 'remembered',
    roles: keepers,
    body: overrideBody,
    problems: ['not-found', 'conflict'],
    responses: { 201: { description: 'In force', schema: adjustmentView } },
  }),
  listOverrides: defineRoute({
    ...ofBudget,
    method: 'GET',
    path: `${BUDGET}/overrides`,
    summary: 'The overrides of a budget that are in force',
    roles: readers,
    responses: {
      200: {
        description: 'In the order in which they were made',
        schema: z.object({ items: z.array(adjustmentView) }),
      },
    },
  }),
  removeOverride: defineRoute({
    ...ofBudget,
    method: 'DELETE',
    path: `${BUDGET}/overrides/{adjustmentId}`,
    summary: 'End an override before its time',
    idempotencyKey: 'remembered',
    roles: keepers,
    params: overridePath,
    responses: { 200: { description: 'The override that ended', schema: adjustmentView } },
  }),
  resetBudget: defineRoute({
    ...ofBudget,
    method: 'POST',
    path: `${BUDGET}/reset`,
    summary: 'Give a budget all of its limits again for this period; the books keep what was spent',
    idempotencyKey: 'remembered',
    roles: keepers,
    body: reasonBody,
    problems: ['not-found', 'conflict'],
    responses: { 200: { description: 'The budget now', schema: budgetView } },
  }),
  askForOverride: defineRoute({
    ...ofBudget,
    method: 'POST',
    path: `${BUDGET}/override-requests`,
    summary: 'Ask for a higher budget; operators get an alert',
    idempotencyKey: 'remembered',
    roles: ['caller', 'operator', 'admin'],
    body: overrideBody,
    problems: ['not-found', 'too-many-requests'],
    responses: { 201: { description: 'The request', schema: requestView } },
  }),
  listOverrideRequests: defineRoute({
    ...ofBudget,
    method: 'GET',
    path: `${BUDGET}/override-requests`,
    summary: 'Requests for a higher budget, newest first',
    roles: readers,
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of requests',
        schema: z.object({ items: z.array(requestView), nextCursor: z.string().optional() }),
      },
    },
  }),
  approveOverrideRequest: defineRoute({
    ...ofBudget,
    method: 'POST',
    path: `${BUDGET}/override-requests/{requestId}/approve`,
    summary: 'Approve a request of somebody else, which makes the override at once',
    idempotencyKey: 'remembered',
    roles: keepers,
    params: requestPath,
    body: decisionBody,
    problems: ['not-found', 'conflict'],
    responses: { 200: { description: 'Approved', schema: requestView } },
  }),
  denyOverrideRequest: defineRoute({
    ...ofBudget,
    method: 'POST',
    path: `${BUDGET}/override-requests/{requestId}/deny`,
    summary: 'Deny a request of somebody else',
    idempotencyKey: 'remembered',
    roles: keepers,
    params: requestPath,
    body: decisionBody,
    problems: ['not-found', 'conflict'],
    responses: { 200: { description: 'Denied', schema: requestView } },
  }),
};

const textOf = (atMs: number): string => new Date(atMs).toISOString();

/** The API's view of a request for an override. */
export const requestViewOf = (request: OverrideRequest): z.output<typeof requestView> => ({
  requestId: request.requestId,
  scope: request.scope,
  scopeId: shownId(request),
  period: request.period,
  addUsd: formatUsd(request.addNanoUsd),
  until: request.untilMs === undefined ? undefined : textOf(request.untilMs),
  reason: request.reason,
  state: request.state,
  askedBy: request.askedBy,
  askedAt: textOf(request.askedAtMs),
  decidedBy: request.decidedBy,
  decidedAt: request.decidedAtMs === undefined ? undefined : textOf(request.decidedAtMs),
  decisionReason: request.decisionReason,
  adjustmentId: request.adjustmentId,
});
