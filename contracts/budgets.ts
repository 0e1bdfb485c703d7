import * as z from 'zod';
import { ENFORCEMENTS } from '../domain/ledger/budget.ts';
import {
  identifier,
  instantText,
  pageCursor,
  pageLimit,
  period,
  scope,
  timeZone,
  usd,
  usdText,
} from './fields.ts';
import { defineRoute, type Role } from './route.ts';
import { thresholdLevels } from './thresholds.ts';

const budgetPath = z.strictObject({ scope, scopeId: identifier, period });

export const putBudgetBody = z
  .strictObject({
    limitUsd: usd,
    timeZone: timeZone.default('UTC'),
    enforcement: z.enum(ENFORCEMENTS).default('enforce'),
    thresholds: thresholdLevels.optional().meta({
      description: 'Replaces the thresholds of the scope, as PUT /v1/thresholds does',
    }),
  })
  .meta({ id: 'BudgetInput' });

/** A budget in its current period. */
export const budgetView = z
  .object({
    budgetId: z.string().meta({ example: 'user/ada/daily' }),
    scope,
    scopeId: z.string(),
    period,
    periodKey: z.string().meta({ example: '2026-11-21' }),
    timeZone: z.string(),
    enforcement: z.enum(ENFORCEMENTS),
    limitUsd: usdText,
    settledUsd: usdText,
    reservedUsd: usdText,
    availableUsd: usdText,
    overageUsd: usdText.meta({ description: 'Settled above the limit' }),
    burnRate: z.string().meta({
      description: 'Settled USD per hour since the period began',
      example: '0.250000000',
    }),
    startsAt: instantText,
    resetsAt: instantText,
  })
  .meta({ id: 'Budget' });
export type BudgetView = z.output<typeof budgetView>;

const checkBody = z
  .strictObject({
    userId: identifier,
    departmentId: identifier.optional(),
    system: identifier.optional(),
    model: identifier.optional(),
    estimatedCostUsd: usd,
  })
  .meta({ id: 'BudgetCheckInput' });

const checkResult = z
  .object({
    allowed: z.boolean(),
    decision: z.enum(['proceed', 'reject']),
    decidingBudgetId: z.string().optional(),
    remainingUsd: usdText.nullable(),
    budgets: z.array(budgetView),
  })
  .meta({ id: 'BudgetCheck' });

const readers: Role[] = ['viewer', 'caller', 'operator', 'admin'];
const keepers: Role[] = ['operator', 'admin'];

export const budgetRoutes = {
  putBudget: defineRoute({
    method: 'PUT',
    path: '/v1/budgets/{scope}/{scopeId}/{period}',
    summary: 'Set a budget, or change its limit while requests run',
    idempotencyKey: 'remembered',
    roles: keepers,
    params: budgetPath,
    body: putBudgetBody,
    responses: { 200: { description: 'The budget as it stands now', schema: budgetView } },
  }),
  getBudget: defineRoute({
    method: 'GET',
    path: '/v1/budgets/{scope}/{scopeId}/{period}',
    summary: 'One budget with what is settled, reserved and left',
    roles: readers,
    params: budgetPath,
    responses: { 200: { description: 'The budget', schema: budgetView } },
  }),
  deleteBudget: defineRoute({
    method: 'DELETE',
    path: '/v1/budgets/{scope}/{scopeId}/{period}',
    summary: 'Remove a budget; what it has recorded stays in the ledger',
    idempotencyKey: 'remembered',
    roles: keepers,
    params: budgetPath,
    responses: { 200: { description: 'The budget as it stood', schema: budgetView } },
  }),
  listBudgets: defineRoute({
    method: 'GET',
    path: '/v1/budgets',
    summary: 'All budgets of the organization',
    roles: readers,
    query: z.strictObject({ limit: pageLimit, cursor: pageCursor }),
    responses: {
      200: {
        description: 'A page of budgets',
        schema: z.object({ items: z.array(budgetView), nextCursor: z.string().optional() }),
      },
    },
  }),
  checkBudget: defineRoute({
    method: 'POST',
    path: '/v1/budgets/check',
    summary: 'Whether an amount would fit now, without holding it',
    roles: ['caller', 'operator', 'admin'],
    body: checkBody,
    responses: { 200: { description: 'The standing of every budget', schema: checkResult } },
  }),
};
