import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import {
  EXPORT_FORMATS,
  EXPORT_KEPT_DAYS,
  type ExportRequest,
  MAX_KEPT_EXPORTS,
  MAX_UNFINISHED_EXPORTS,
  type ReportExport,
} from '../domain/reporting/report-export.ts';
import { coveringRange, REPORT_GRANULARITIES } from '../domain/reporting/report-range.ts';
import { instantText, usdText } from './fields.ts';
import { costReportQuery, grouping } from './reports.ts';
import { defineRoute } from './route.ts';

const { from, to } = costReportQuery.shape;

const NO_GROUPING =
  'must be record, total, a dimension such as department, or tag:NAME of a listed tag';

const exportGrouping = z
  .union([z.literal('record', NO_GROUPING), grouping], NO_GROUPING)
  .meta({ description: '`record`: a row for every usage record, which every format allows' });

export const exportBody = z
  .strictObject({
    from,
    to,
    groupBy: exportGrouping.default('total'),
    granularity: z
      .enum(REPORT_GRANULARITIES)
      .optional()
      .meta({ description: 'Of sums, not of records. Default: total, for FOCUS daily' }),
    format: z.enum(EXPORT_FORMATS).default('csv'),
  })
  .superRefine(({ groupBy, granularity }, context) => {
    if (groupBy === 'record' && granularity !== undefined) {
      const message = 'is of sums: leave it out with groupBy record';
      context.addIssue({ code: 'custom', path: ['granularity'], message });
    }
  })
  .meta({ id: 'ReportExportInput' });

export const exportView = z
  .object({
    exportId: z.uuid(),
    state: z.enum(['queued', 'running', 'done', 'failed']),
    from: instantText,
    to: instantText,
    groupBy: exportGrouping,
    granularity: z.enum(REPORT_GRANULARITIES).optional(),
    format: z.enum(EXPORT_FORMATS),
    requestedBy: z.string(),
    requestedAt: instantText,
    expiresAt: instantText.meta({ description: 'When the file goes' }),
    progress: z.object({ daysDone: z.int(), days: z.int() }),
    rows: z.int().optional(),
    bytes: z.int().optional().meta({ description: 'Of the compressed file' }),
    totalUsd: usdText.optional().meta({ description: 'The sum of the rows, equal to the ledger' }),
    fileName: z.string().optional(),
    failure: z.string().optional(),
  })
  .meta({ id: 'ReportExport' });

const exportWithDownload = exportView
  .extend({
    download: z
      .object({
        url: z.url().meta({ description: 'A signed link: who has it can read the file' }),
        expiresAt: instantText,
      })
      .optional()
      .meta({ description: 'Once it is done; another link at every call' }),
  })
  .meta({ id: 'ReportExportWithDownload' });

const ROLES = ['viewer', 'caller', 'operator', 'admin'] as const;

export const reportExportRoutes = {
  createReportExport: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/reports/exports',
    summary: `Have a report of any size written to a gzip file, kept ${EXPORT_KEPT_DAYS} days: at most 400 days at any granularity, ${MAX_UNFINISHED_EXPORTS} at a time and ${MAX_KEPT_EXPORTS} kept`,
    roles: ROLES,
    body: exportBody,
    responses: { 202: { description: 'It is queued: ask for it by its id', schema: exportView } },
  }),
  listReportExports: defineRoute({
    method: 'GET',
    path: '/v1/reports/exports',
    summary: 'The files that were asked for, the latest first',
    roles: ROLES,
    responses: {
      200: { description: 'All that are kept', schema: z.object({ items: z.array(exportView) }) },
    },
  }),
  getReportExport: defineRoute({
    method: 'GET',
    path: '/v1/reports/exports/{exportId}',
    summary: 'How far an export is, and the link to its file',
    roles: ROLES,
    params: z.strictObject({ exportId: z.uuid('must be the exportId of an export') }),
    responses: { 200: { description: 'The export', schema: exportWithDownload } },
  }),
};

/** What a body asks for; a range without an end ends now, one without a start starts the month. */
export function exportRequestOf(
  body: z.output<typeof exportBody>,
  range: ExportRequest['range'],
): ExportRequest {
  const { groupBy, format } = body;
  if (groupBy === 'record') return { groupBy, granularity: 'total', format, range };
  return {
    groupBy: groupBy === 'total' ? 'organization' : groupBy,
    granularity: body.granularity ?? (format === 'focus' ? 'daily' : 'total'),
    format,
    range: coveringRange(range),
  };
}

/** An export as it is shown. */
export function exportViewOf(one: ReportExport): z.output<typeof exportView> {
  const { groupBy, granularity, format, range } = one.request;
  const { file } = one;
  return {
    exportId: one.exportId,
    state: one.state,
    from: iso(range.fromMs),
    to: iso(range.toMs),
    groupBy: groupBy === 'organization' ? 'total' : groupBy,
    ...(groupBy === 'record' ? {} : { granularity }),
    format,
    requestedBy: one.requestedBy,
    requestedAt: iso(one.requestedAtMs),
    expiresAt: iso(one.expiresAtMs),
    progress: { daysDone: one.progress.done, days: one.progress.of },
    ...(file && {
      rows: file.rows,
      bytes: file.bytes,
      totalUsd: formatUsd(file.totalNanoUsd),
      fileName: file.fileName,
    }),
    failure: one.failure,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
