import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
import { type DatedAllocation, MAX_ALLOCATIONS } from '../domain/reporting/allocation-history.ts';
import type { Chargeback } from '../domain/reporting/chargeback.ts';
import { type CostAllocation, SPLIT_RULES } from '../domain/reporting/shared-cost.ts';
import { displayNameText } from './display-name-text.ts';
import { identifier, instant, instantText, percentage, usdText } from './fields.ts';
import { bomQuery, costReportQuery, DEVIATING, rangeEnd, timeZoneText } from './reports.ts';
import { defineRoute } from './route.ts';

const MAX_DEPARTMENTS = 100;
const WHOLE_HUNDREDTHS = 10_000;
const HOUR_MS = 3_600_000;

const share = z.strictObject({
  departmentId: identifier,
  percent: percentage(100).meta({ example: 60 }),
});

const isUnique = (names: readonly string[]): boolean => new Set(names).size === names.length;

export const allocationBody = z
  .strictObject({
    rule: z.enum(SPLIT_RULES).meta({
      description: 'proportional to direct cost, even among departments, or fixed shares',
    }),
    sharedDepartments: z
      .array(identifier)
      .max(MAX_DEPARTMENTS)
      .refine(isUnique, 'must not repeat a department')
      .default([])
      .meta({ description: 'Departments whose cost is split among the others' }),
    shares: z
      .array(share)
      .max(MAX_DEPARTMENTS)
      .refine(
        (departments) => isUnique(departments.map(({ departmentId }) => departmentId)),
        'must not repeat a department',
      )
      .default([])
      .meta({ description: 'For fixed: percentages that add up to 100' }),
    validFrom: rangeEnd.optional().meta({
      description: `When the rule begins: a date in the organization's time zone, or a whole UTC hour. Default: the current hour, so that what is past stays as it was. Only an admin may name a past time; at most ${MAX_ALLOCATIONS} rules`,
    }),
  })
  .transform(({ rule, sharedDepartments, shares, validFrom }, context) => {
    const hundredths = shares.map(({ departmentId, percent }) => ({
      departmentId,
      percentHundredths: Math.round(percent * 100),
    }));
    const whole = hundredths.reduce((sum, { percentHundredths }) => sum + percentHundredths, 0);
    const fault = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (rule !== 'fixed' && shares.length > 0) fault(['shares'], 'require the rule fixed');
    if (rule === 'fixed' && whole !== WHOLE_HUNDREDTHS) fault(['shares'], 'must add up to 100');
    shares.forEach(({ departmentId }, position) => {
      if (sharedDepartments.includes(departmentId)) {
        fault(['shares', position, 'departmentId'], 'is also listed as a shared department');
      }
    });
    if (validFrom && !('date' in validFrom) && validFrom.atMs % HOUR_MS !== 0) {
      fault(['validFrom'], 'must be at a whole UTC hour, because costs are kept by the hour');
    }
    const allocation: CostAllocation = { rule, sharedDepartments, shares: hundredths };
    return { ...allocation, validFrom };
  })
  .meta({ id: 'CostAllocationInput' });

const allocationView = z
  .object({
    rule: z.enum(SPLIT_RULES),
    sharedDepartments: z.array(z.string()),
    shares: z.array(z.object({ departmentId: z.string(), percent: z.number() })),
    validFrom: instantText.meta({
      description: 'In force from then until the next rule begins; 1970 is the beginning',
    }),
    setBy: z.string().nullable().meta({ description: 'null for the built-in rule' }),
    setAt: instantText.nullable(),
  })
  .meta({ id: 'CostAllocation' });

const allocationHistoryView = allocationView
  .extend({
    rules: z.array(allocationView).meta({
      description: 'All rules, latest first, also those that are still to come',
    }),
  })
  .meta({ id: 'CostAllocationHistory' });

const { from, to, timeZone } = costReportQuery.shape;

const charges = {
  totalUsd: usdText.meta({ description: 'The sum of the departments, equal to the ledger' }),
  sharedUsd: usdText.meta({ description: 'The part that the rule splits' }),
  departments: z.array(
    z.object({
      departmentId: z
        .string()
        .nullable()
        .meta({ description: 'null if no department can bear it' }),
      displayName: displayNameText.optional(),
      directUsd: usdText.meta({ description: 'Showback: what its own requests cost' }),
      allocatedUsd: usdText.meta({ description: 'Its part of shared cost' }),
      totalUsd: usdText.meta({ description: 'Chargeback: both together' }),
      deviatingRequests: z.int().meta({ description: DEVIATING }),
    }),
  ),
};

export const chargebackView = z
  .object({
    from: instantText,
    to: instantText,
    timeZone: timeZoneText,
    currency: z.literal('USD'),
    ...charges,
    parts: z
      .array(
        z.object({ from: instantText, to: instantText, allocation: allocationView, ...charges }),
      )
      .meta({ description: 'The range, split where another rule came into force' }),
  })
  .meta({ id: 'Chargeback' });

export const chargebackRoutes = {
  chargeback: defineRoute({
    method: 'GET',
    path: '/v1/reports/chargeback',
    summary: "Showback and chargeback: each department's direct cost and its part of shared cost",
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    query: z.strictObject({
      from,
      to,
      timeZone,
      format: z.enum(['json', 'csv']).default('json'),
      bom: bomQuery,
    }),
    responses: {
      200: {
        description: 'The departments as JSON; with `format` csv as text/csv',
        alsoAs: ['text/csv'],
        schema: chargebackView,
      },
    },
  }),
  getCostAllocation: defineRoute({
    method: 'GET',
    path: '/v1/reports/allocation',
    summary: 'How shared cost is split among departments, now and at other times',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    responses: {
      200: { description: 'The rule in force, and all rules', schema: allocationHistoryView },
    },
  }),
  putCostAllocation: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/reports/allocation',
    summary:
      'Set how shared cost is split among departments from a time on; replaces the rule that begins then',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: allocationBody,
    responses: { 200: { description: 'The rule', schema: allocationView } },
  }),
  deleteCostAllocation: defineRoute({
    method: 'DELETE',
    path: '/v1/reports/allocation/{validFrom}',
    summary: 'Delete a rule, so that the one before it applies on; a past one only as an admin',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    params: z.strictObject({ validFrom: instant }),
    problems: ['not-found'],
    responses: { 200: { description: 'The deleted rule', schema: allocationView } },
  }),
};

/** The API's view of an allocation rule. */
export const allocationViewOf = (rule: DatedAllocation): z.output<typeof allocationView> => ({
  rule: rule.rule,
  sharedDepartments: [...rule.sharedDepartments],
  shares: rule.shares.map(({ departmentId, percentHundredths }) => ({
    departmentId,
    percent: percentHundredths / 100,
  })),
  validFrom: iso(rule.validFromMs),
  setBy: rule.setBy ?? null,
  setAt: rule.setAtMs === undefined ? null : iso(rule.setAtMs),
});

/** The API's view of the rule in force and of all rules. */
export const allocationHistoryViewOf = ({
  inForce,
  rules,
}: {
  inForce: DatedAllocation;
  rules: readonly DatedAllocation[];
}): z.output<typeof allocationHistoryView> => ({
  ...allocationViewOf(inForce),
  rules: rules.map(allocationViewOf),
});

/** The API's view of the cost by department. */
export const chargebackViewOf = (chargeback: Chargeback): z.output<typeof chargebackView> => ({
  from: iso(chargeback.range.fromMs),
  to: iso(chargeback.range.toMs),
  timeZone: chargeback.timeZone ?? DEFAULT_TIME_ZONE,
  currency: 'USD',
  ...chargesOf(chargeback),
  parts: chargeback.parts.map((part) => ({
    from: iso(part.range.fromMs),
    to: iso(part.range.toMs),
    allocation: allocationViewOf(part.allocation),
    ...chargesOf(part),
  })),
});

const chargesOf = ({
  totalNanoUsd,
  sharedNanoUsd,
  departments,
}: Pick<Chargeback, 'totalNanoUsd' | 'sharedNanoUsd' | 'departments'>) => ({
  totalUsd: formatUsd(totalNanoUsd),
  sharedUsd: formatUsd(sharedNanoUsd),
  departments: departments.map((row) => ({
    departmentId: row.departmentId,
    ...(row.displayName === undefined ? {} : { displayName: row.displayName }),
    directUsd: formatUsd(row.directNanoUsd),
    allocatedUsd: formatUsd(row.sharedNanoUsd),
    totalUsd: formatUsd(row.directNanoUsd + row.sharedNanoUsd),
    deviatingRequests: Number(row.deviatingRequests),
  })),
});

const iso = (ms: number): string => new Date(ms).toISOString();
