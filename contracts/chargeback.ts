import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
import { type Chargeback } from '../domain/reporting/chargeback.ts';
import { type CostAllocation, SPLIT_RULES } from '../domain/reporting/shared-cost.ts';
import { identifier, instantText, percentage, usdText } from './fields.ts';
import { bomQuery, costReportQuery, DEVIATING, timeZoneText } from './reports.ts';
import { defineRoute } from './route.ts';

const MAX_DEPARTMENTS = 100;
const WHOLE_HUNDREDTHS = 10_000;

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
  })
  .transform(({ rule, sharedDepartments, shares }, context): CostAllocation => {
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
    return { rule, sharedDepartments, shares: hundredths };
  })
  .meta({ id: 'CostAllocationInput' });

const allocationView = z
  .object({
    rule: z.enum(SPLIT_RULES),
    sharedDepartments: z.array(z.string()),
    shares: z.array(z.object({ departmentId: z.string(), percent: z.number() })),
  })
  .meta({ id: 'CostAllocation' });

const { from, to, timeZone } = costReportQuery.shape;

export const chargebackView = z
  .object({
    from: instantText,
    to: instantText,
    timeZone: timeZoneText,
    currency: z.literal('USD'),
    allocation: allocationView,
    totalUsd: usdText.meta({ description: 'The sum of the departments, equal to the ledger' }),
    sharedUsd: usdText.meta({ description: 'The part that the rule splits' }),
    departments: z.array(
      z.object({
        departmentId: z
          .string()
          .nullable()
          .meta({ description: 'null if no department can bear it' }),
        directUsd: usdText.meta({ description: 'Showback: what its own requests cost' }),
        allocatedUsd: usdText.meta({ description: 'Its part of shared cost' }),
        totalUsd: usdText.meta({ description: 'Chargeback: both together' }),
        deviatingRequests: z.int().meta({ description: DEVIATING }),
      }),
    ),
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
        alsoAs: 'text/csv',
        schema: chargebackView,
      },
    },
  }),
  getCostAllocation: defineRoute({
    method: 'GET',
    path: '/v1/reports/allocation',
    summary: 'How shared cost is split among departments',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    responses: { 200: { description: 'The rule in force', schema: allocationView } },
  }),
  putCostAllocation: defineRoute({
    method: 'PUT',
    idempotencyKey: 'remembered',
    path: '/v1/reports/allocation',
    summary: 'Set how shared cost is split among departments',
    roles: ['operator', 'admin'],
    access: { subject: 'organization' },
    body: allocationBody,
    responses: { 200: { description: 'The rule in force now', schema: allocationView } },
  }),
};

/** The API's view of an allocation rule. */
export const allocationViewOf = ({ rule, sharedDepartments, shares }: CostAllocation) => ({
  rule,
  sharedDepartments: [...sharedDepartments],
  shares: shares.map(({ departmentId, percentHundredths }) => ({
    departmentId,
    percent: percentHundredths / 100,
  })),
});

/** The API's view of the cost by department. */
export const chargebackViewOf = ({
  range,
  timeZone: zone = DEFAULT_TIME_ZONE,
  allocation,
  totalNanoUsd,
  sharedNanoUsd,
  departments,
}: Chargeback): z.output<typeof chargebackView> => ({
  from: new Date(range.fromMs).toISOString(),
  to: new Date(range.toMs).toISOString(),
  timeZone: zone,
  currency: 'USD',
  allocation: allocationViewOf(allocation),
  totalUsd: formatUsd(totalNanoUsd),
  sharedUsd: formatUsd(sharedNanoUsd),
  departments: departments.map((row) => ({
    departmentId: row.departmentId,
    directUsd: formatUsd(row.directNanoUsd),
    allocatedUsd: formatUsd(row.sharedNanoUsd),
    totalUsd: formatUsd(row.directNanoUsd + row.sharedNanoUsd),
    deviatingRequests: Number(row.deviatingRequests),
  })),
});
