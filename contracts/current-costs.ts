import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import type { CostShare, CurrentCosts, ProjectedSpend } from '../domain/reporting/current-costs.ts';
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

/** What a scope is spending, and what its day and month will cost. */
export function currentCostsViewOf(
  { scope: ref, hour, day, month, shares }: CurrentCosts,
  nowMs: number,
): CurrentCostsView {
  return {
    at: new Date(nowMs).toISOString(),
    currency: 'USD',
    ...ref,
    hour: {
      startsAt: new Date(hour.startsAtMs).toISOString(),
      spentUsd: formatUsd(hour.spentNanoUsd),
    },
    day: projectedSpendViewOf(day),
    month: projectedSpendViewOf(month),
    ...(shares && {
      bySystem: shares.system.map(costShareViewOf),
      byModel: shares.model.map(costShareViewOf),
    }),
  };
}

const projectedSpendViewOf = ({ span, spentNanoUsd, ...projection }: ProjectedSpend) => ({
  startsAt: new Date(span.startsAtMs).toISOString(),
  endsAt: new Date(span.endsAtMs).toISOString(),
  spentUsd: formatUsd(spentNanoUsd),
  projectedUsd: formatUsd(projection.expectedNanoUsd),
  projectedLowUsd: formatUsd(projection.lowNanoUsd),
  projectedHighUsd: projection.highNanoUsd === undefined ? null : formatUsd(projection.highNanoUsd),
  basis: projection.basis,
  basisDays: projection.days,
});

const costShareViewOf = ({ key, hourNanoUsd, dayNanoUsd }: CostShare) => ({
  key,
  hourUsd: formatUsd(hourNanoUsd),
  dayUsd: formatUsd(dayNanoUsd),
});
