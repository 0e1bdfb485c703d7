import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import type { CostShare, CurrentCosts, ProjectedSpend } from '../domain/reporting/current-costs.ts';
import { displayNameText } from './display-name-text.ts';
import { instantText, scope, usdText } from './fields.ts';
import { timeZoneQuery, timeZoneText } from './reports.ts';
import { defineRoute } from './route.ts';
import { requireWholeScope, scopeFilter } from './scope-filter.ts';

export const currentCostsQuery = z
  .strictObject({ ...scopeFilter, timeZone: timeZoneQuery })
  .superRefine(requireWholeScope);

const projected = z.object({
  startsAt: instantText,
  endsAt: instantText,
  spentUsd: usdText,
  projectedUsd: usdText.meta({ description: 'By the end of the period' }),
  projectedLowUsd: usdText.meta({
    description: 'If the rest goes like the cheapest day examined; not a probability',
  }),
  projectedHighUsd: usdText.nullable().meta({
    description: 'If it goes like the most expensive day; null for a run rate',
  }),
  basis: z.enum(['run-rate', 'same-hours', 'same-weekdays']).meta({
    description:
      "run-rate: the period continues as so far, because there are no earlier days. same-hours: the rest of the day follows earlier days, at today's pace. same-weekdays: coming days follow the same weekdays",
  }),
  basisDays: z.int().meta({ description: 'Earlier days it is based on' }),
});

const share = z.object({
  key: z.string(),
  displayName: displayNameText.optional(),
  hourUsd: usdText,
  dayUsd: usdText,
});

export const currentCostsView = z
  .object({
    at: instantText,
    timeZone: timeZoneText,
    currency: z.literal('USD'),
    scope,
    scopeId: z.string(),
    displayName: displayNameText.optional(),
    hour: z.object({ startsAt: instantText, spentUsd: usdText }),
    day: projected,
    month: projected,
    bySystem: z.array(share).optional().meta({
      description: 'Most expensive of the day first. Only for the whole organization, like byModel',
    }),
    byModel: z.array(share).optional(),
  })
  .meta({ id: 'CurrentCosts' });
export type CurrentCostsView = z.output<typeof currentCostsView>;

export const currentCostRoutes = {
  currentCosts: defineRoute({
    method: 'GET',
    path: '/v1/costs/current',
    summary:
      'Spend of this UTC hour, and of this day and month in a time zone, and what they will cost',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'scope', in: 'query' },
    query: currentCostsQuery,
    problems: ['not-found'],
    responses: { 200: { description: 'Spend and projection', schema: currentCostsView } },
  }),
};

/** The API's view of a scope's current spend, and of what its day and month will cost. */
export function currentCostsViewOf(
  { scope: ref, timeZone, hour, day, month, shares }: CurrentCosts,
  nowMs: number,
): CurrentCostsView {
  return {
    at: new Date(nowMs).toISOString(),
    timeZone,
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

const costShareViewOf = ({ key, displayName, hourNanoUsd, dayNanoUsd }: CostShare) => ({
  key,
  ...(displayName === undefined ? {} : { displayName }),
  hourUsd: formatUsd(hourNanoUsd),
  dayUsd: formatUsd(dayNanoUsd),
});
