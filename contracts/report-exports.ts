import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import {
  EXPORT_FORMATS,
  EXPORT_KEPT_DAYS,
  type ExportFile,
  exportProgress,
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

const exportFile = z.object({
  fileName: z.string(),
  rows: z.int(),
  bytes: z.int().meta({ description: 'Compressed' }),
  totalUsd: usdText.meta({ description: 'The sum of its rows' }),
});

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
    expiresAt: instantText.meta({ description: 'When its files go' }),
    progress: z.object({ daysDone: z.int(), days: z.int() }),
    rows: z.int().meta({ description: 'Of all files' }),
    totalUsd: usdText.meta({
      description: 'The sum of all rows; once it is done, equal to the ledger',
    }),
    files: z.array(exportFile).meta({
      description:
        'What is written so far: one file, or several where one run could not write all; each is whole',
    }),
    failure: z.string().optional(),
  })
  .meta({ id: 'ReportExport' });

const exportWithDownloads = exportView
  .extend({
    files: z.array(
      exportFile.extend({
        download: z
          .object({
            url: z.url().meta({ description: 'A signed link: who has it can read the file' }),
            expiresAt: instantText,
          })
          .meta({ description: 'Another link at every call' }),
      }),
    ),
  })
  .meta({ id: 'ReportExportWithDownloads' });

const ROLES = ['viewer', 'caller', 'operator', 'admin'] as const;

const exportPath = z.strictObject({ exportId: z.uuid('must be the exportId of an export') });

export const reportExportRoutes = {
  createReportExport: defineRoute({
    method: 'POST',
    idempotencyKey: 'remembered',
    path: '/v1/reports/exports',
    summary: `Have a report of any size written to gzip files, kept ${EXPORT_KEPT_DAYS} days: at most 400 days at any granularity, ${MAX_UNFINISHED_EXPORTS} at a time and ${MAX_KEPT_EXPORTS} kept by each credential; the oldest makes room`,
    roles: ROLES,
    access: { subject: 'organization' },
    body: exportBody,
    responses: { 202: { description: 'It is queued: ask for it by its id', schema: exportView } },
  }),
  listReportExports: defineRoute({
    method: 'GET',
    path: '/v1/reports/exports',
    summary: 'The exports that were asked for, the latest first',
    roles: ROLES,
    access: { subject: 'organization' },
    responses: {
      200: { description: 'All that are kept', schema: z.object({ items: z.array(exportView) }) },
    },
  }),
  getReportExport: defineRoute({
    method: 'GET',
    path: '/v1/reports/exports/{exportId}',
    summary: 'How far an export is, and the links to its files',
    roles: ROLES,
    access: { subject: 'organization' },
    params: exportPath,
    responses: { 200: { description: 'The export', schema: exportWithDownloads } },
  }),
  deleteReportExport: defineRoute({
    method: 'DELETE',
    path: '/v1/reports/exports/{exportId}',
    summary: 'Delete an export and its files; those of others need an operator or admin',
    roles: ROLES,
    access: { subject: 'organization' },
    params: exportPath,
    responses: { 200: { description: 'The export that is gone', schema: exportView } },
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

/** One of its files as it is shown. */
export const exportFileViewOf = ({
  fileName,
  rows,
  bytes,
  totalNanoUsd,
}: ExportFile): z.output<typeof exportFile> => ({
  fileName,
  rows,
  bytes,
  totalUsd: formatUsd(totalNanoUsd),
});

/** An export as it is shown. */
export function exportViewOf(one: ReportExport): z.output<typeof exportView> {
  const { groupBy, granularity, format, range } = one.request;
  const { files } = one;
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
    progress: exportProgress(one),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    totalUsd: formatUsd(files.reduce((sum, { totalNanoUsd }) => sum + totalNanoUsd, 0n)),
    files: files.map(exportFileViewOf),
    failure: one.failure,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
