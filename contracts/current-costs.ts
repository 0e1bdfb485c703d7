import * as z from 'zod';
import { instantText, scope, usdText } from './fields.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope, scopeFilter } from './scope-filter.ts';

export const currentCostsQuery = z.strictObject(scopeFilter).superRefine(requireWholeScope);

const projected = z.object({
  startsAt: instantText,
  endsAt: instantText,
  spentUsd: usdText,
  projectedUsd: usdText.meta({ description: 'At the end of the period' }),
  projectedLowUsd: usdText.meta({
    description: 'As the cheapest of the days looked at would end it; no probability',
  }),
  projectedHighUsd: usdText.nullable().meta({
    description: 'As the dearest would end it; null of a run rate',
  }),
  basis: z.enum(['run-rate', 'same-hours', 'same-weekdays']).meta({
    description:
      'run-rate: this period goes on as it did, as there are no earlier days; same-hours: the rest of the day as on earlier days, at the pace of today; same-weekdays: coming days as the same weekdays were',
  }),
  basisDays: z.int().meta({ description: 'Earlier days it was made of' }),
});

const share = z.object({
  key: z.string(),
  hourUsd: usdText,
  dayUsd: usdText,
});

export const currentCostsView = z
  .object({
    at: instantText,
    currency: z.literal('USD'),
    scope,
    scopeId: z.string(),
    hour: z.object({ startsAt: instantText, spentUsd: usdText }),
    day: projected,
    month: projected,
    bySystem: z.array(share).optional().meta({
      description: 'Dearest of the day first. Of the whole organization only, as byModel',
    }),
    byModel: z.array(share).optional(),
  })
  .meta({ id: 'CurrentCosts' });
export type CurrentCostsView = z.output<typeof currentCostsView>;

export const currentCostRoutes = {
  currentCosts: defineRoute({
    method: 'GET',
    path: '/v1/costs/current',
    summary: 'What is spent this UTC hour, day and month, and what day and month will cost',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'scope', in: 'query' },
    query: currentCostsQuery,
    responses: { 200: { description: 'Spend and projection', schema: currentCostsView } },
  }),
};
