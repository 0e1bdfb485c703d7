import * as z from 'zod';
import { FAR_FACTOR, FAR_FLOOR_NANO_USD } from '../domain/ledger/deviation.ts';
import { formatUsd } from '../domain/money.ts';
import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
import type { CostReport } from '../domain/reporting/cost-report.ts';
import { DIMENSIONS, PARTIAL_DIMENSIONS } from '../domain/reporting/dimensions.ts';
import type { Measures } from '../domain/reporting/measures.ts';
import { REPORT_GRANULARITIES } from '../domain/reporting/report-range.ts';
import { MAX_ID_CHARACTERS } from '../domain/scopes.ts';
import {
  identifier,
  instantText,
  isInRange,
  MAX_INSTANT_CHARACTERS,
  timeZone,
  usdText,
} from './fields.ts';
import { displayNameText } from './display-name-text.ts';
import { defineRoute } from './route.ts';

const NO_DATE =
  'must be a date such as 2026-11-21 or an RFC 3339 instant such as 2026-11-21T06:00:00Z';

/** A date is the start of that UTC day. A time can have any offset. */
export const dateOrInstant = z
  .union(
    [
      z.iso.date(NO_DATE),
      z.iso.datetime({ offset: true, error: NO_DATE }).max(MAX_INSTANT_CHARACTERS, NO_DATE),
    ],
    NO_DATE,
  )
  .transform((text) => Date.parse(text))
  .refine(isInRange, 'must lie between the years 1970 and 9999')
  .meta({ id: 'DateOrInstant', example: '2026-11-21' });

/** A date is the start of that day in `timeZone`. A time can have any offset. */
export const rangeEnd = z
  .union(
    [
      z.iso.date(NO_DATE).transform((date) => ({ date, atMs: Date.parse(date) })),
      z.iso
        .datetime({ offset: true, error: NO_DATE })
        .max(MAX_INSTANT_CHARACTERS, NO_DATE)
        .transform((text) => ({ atMs: Date.parse(text) })),
    ],
    NO_DATE,
  )
  .refine(({ atMs }) => isInRange(atMs), 'must lie between the years 1970 and 9999')
  .meta({ id: 'RangeEnd', example: '2026-11-21' });

/** Whose days an answer has. */
export const timeZoneQuery = timeZone.optional().meta({
  description:
    "The IANA time zone of days and dates. Default: the organization's (`PUT /v1/settings/time`), or else UTC",
});
/** In answers. */
export const timeZoneText = z.string().meta({
  description: 'The IANA time zone of days and dates',
  example: 'Europe/Berlin',
});

const NO_GROUPING = `must be total, ${[...DIMENSIONS, ...PARTIAL_DIMENSIONS].join(', ')} or tag:NAME for a listed tag`;

/** `tag:team` groups by a tag that the organization lists. */
export const grouping = z
  .union(
    [
      z.enum(['total', ...DIMENSIONS, ...PARTIAL_DIMENSIONS], NO_GROUPING),
      z
        .templateLiteral(['tag:', z.string().max(MAX_ID_CHARACTERS)])
        .refine((text) => identifier.safeParse(text.slice('tag:'.length)).success, NO_GROUPING),
    ],
    NO_GROUPING,
  )
  .meta({ id: 'GroupBy', example: 'department' });

const NO_FORMAT =
  'must be json or csv; for FOCUS, export single records with POST /v1/reports/exports and groupBy record, because a sum mixes several SKUs';

/** Whether text files begin with a byte order mark. */
export const bomQuery = z.enum(['true', 'false'], 'must be true or false').default('false').meta({
  description: 'true: the file begins with a byte order mark, by which Excel knows UTF-8',
});

export const costReportQuery = z.strictObject({
  from: rangeEnd.optional().meta({
    description:
      'A date begins when it does in `timeZone`; an instant must be at a whole UTC hour. Default: start of the month of `to`',
  }),
  to: rangeEnd.optional().meta({
    description:
      'Exclusive; for a single day, send the next one. An instant must be at a whole UTC hour, unless it is not over yet. Default: now',
  }),
  timeZone: timeZoneQuery,
  groupBy: grouping.default('total').meta({
    description:
      'delivery: drained, failed, and delivered for everything else, also for requests that the gateway did not carry',
  }),
  granularity: z.enum(REPORT_GRANULARITIES).default('total'),
  format: z.enum(['json', 'csv'], NO_FORMAT).default('json'),
  bom: bomQuery,
});
export type CostReportQuery = z.output<typeof costReportQuery>;

/** What reports say of requests whose stated cost is far from the price. */
export const DEVIATING = `Requests whose stated cost (actualCostUsd) was more than ${FAR_FACTOR} times above or below the price of their usage, and more than ${formatUsd(FAR_FLOOR_NANO_USD)} USD away from it`;

const amounts = {
  costUsd: usdText,
  requests: z.int(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  cacheReadTokens: z.int(),
  cacheWriteTokens: z.int(),
  disputedUsd: usdText.meta({
    description:
      'The part of the cost that budgets and levels do not count until an operator confirms it',
  }),
  presumedCostUsd: usdText.meta({ description: 'The part of the cost presumed spent at expiry' }),
  correctedCostUsd: usdText.meta({
    description: 'The part of the cost from corrections of presumed or settled amounts',
  }),
  expectedCostUsd: usdText.meta({ description: 'Sum of the predictions of reserved requests' }),
  reservedUsd: usdText,
  averageLatencyMs: z.number().nullable(),
  deviatingRequests: z.int().meta({ description: DEVIATING }),
  savedUsd: usdText.meta({
    description:
      'Saved by other models than those asked for, net of the lost cache, and by answers from the cache; negative if they cost more',
  }),
  lostCacheUsd: usdText.meta({ description: 'What savedUsd was lowered by for the lost cache' }),
};

export const costReportView = z
  .object({
    from: instantText.meta({
      description: 'The first hour: of a day that begins within a UTC hour, the next one',
    }),
    to: instantText,
    timeZone: timeZoneText,
    groupBy: grouping,
    granularity: z.enum(REPORT_GRANULARITIES),
    currency: z.literal('USD'),
    totalUsd: usdText.meta({ description: 'The sum of the groups, equal to the ledger' }),
    total: z.object(amounts),
    groups: z.array(
      z.object({
        key: z.string().nullable().meta({ description: 'null if the requests named none' }),
        displayName: displayNameText.optional(),
        periodStart: instantText,
        periodEnd: instantText,
        ...amounts,
      }),
    ),
  })
  .meta({ id: 'CostReport' });

export const reportRoutes = {
  costReport: defineRoute({
    method: 'GET',
    path: '/v1/reports/costs',
    summary:
      'Costs of a time range in whole UTC hours, grouped: at most 400 days, hourly at most 31',
    roles: ['viewer', 'caller', 'operator', 'admin'],
    access: { subject: 'organization' },
    query: costReportQuery,
    responses: {
      200: {
        description: 'The report as JSON; with `format` csv as text/csv',
        alsoAs: ['text/csv'],
        schema: costReportView,
      },
    },
  }),
};

/** A report as JSON. `groupBy` is the caller's name for the grouping. */
export function costReportViewOf(
  report: CostReport,
  groupBy: CostReportQuery['groupBy'] = report.groupBy === 'organization'
    ? 'total'
    : report.groupBy,
): z.output<typeof costReportView> {
  return {
    from: new Date(report.range.fromMs).toISOString(),
    to: new Date(report.range.toMs).toISOString(),
    timeZone: report.timeZone ?? DEFAULT_TIME_ZONE,
    groupBy,
    granularity: report.granularity,
    currency: 'USD',
    totalUsd: formatUsd(report.total.costNanoUsd),
    total: amountsOf(report.total),
    groups: report.rows.map((row) => ({
      key: row.key,
      ...(row.displayName === undefined ? {} : { displayName: row.displayName }),
      periodStart: new Date(row.periodStartMs).toISOString(),
      periodEnd: new Date(row.periodEndMs).toISOString(),
      ...amountsOf(row.measures),
    })),
  };
}

const amountsOf = (measures: Measures) => ({
  costUsd: formatUsd(measures.costNanoUsd),
  requests: Number(measures.requests),
  inputTokens: Number(measures.inputTokens),
  outputTokens: Number(measures.outputTokens),
  cacheReadTokens: Number(measures.cacheReadTokens),
  cacheWriteTokens: Number(measures.cacheWriteTokens),
  disputedUsd: formatUsd(measures.disputedNanoUsd),
  presumedCostUsd: formatUsd(measures.presumedCostNanoUsd),
  correctedCostUsd: formatUsd(measures.correctedCostNanoUsd),
  expectedCostUsd: formatUsd(measures.expectedCostNanoUsd),
  reservedUsd: formatUsd(measures.reservedNanoUsd),
  averageLatencyMs:
    measures.latencyCount === 0n ? null : Number(measures.latencyMs / measures.latencyCount),
  deviatingRequests: Number(measures.deviatingRequests),
  savedUsd: formatUsd(measures.savedNanoUsd),
  lostCacheUsd: formatUsd(measures.lostCacheNanoUsd),
});
