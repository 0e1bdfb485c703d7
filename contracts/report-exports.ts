import * as z from 'zod';
import { formatUsd } from '../domain/money.ts';
import { DEFAULT_TIME_ZONE } from '../domain/periods.ts';
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
import { REPORT_GRANULARITIES } from '../domain/reporting/report-range.ts';
import { instantText, usdText } from './fields.ts';
import { costReportQuery, grouping, timeZoneQuery, timeZoneText } from './reports.ts';
import { defineRoute } from './route.ts';

const { from, to } = costReportQuery.shape;

const NO_GROUPING =
  'must be record, total, a dimension such as department, or tag:NAME for a listed tag';

const exportGrouping = z
  .union([z.literal('record', NO_GROUPING), grouping], NO_GROUPING)
  .meta({ description: '`record`: one row per usage record, in any format' });

export const exportBody = z
  .strictObject({
    from,
    to,
    timeZone: timeZoneQuery,
    groupBy: exportGrouping.default('total'),
    granularity: z
      .enum(REPORT_GRANULARITIES)
      .optional()
      .meta({ description: 'Only for sums, not for records. Default: total' }),
    format: z.enum(EXPORT_FORMATS).default('csv').meta({
      description:
        'focus: FOCUS 1.2, only with groupBy record. Has what the range bills: corrections of earlier months by when they were made. Its dates are in UTC',
    }),
    bom: z.boolean().default(false).meta({
      description: 'Each file begins with a byte order mark, by which Excel knows UTF-8',
    }),
  })
  .superRefine(({ groupBy, granularity, format, bom, timeZone }, context) => {
    if (format === 'focus' && (timeZone ?? DEFAULT_TIME_ZONE) !== DEFAULT_TIME_ZONE) {
      const message =
        'must be UTC for FOCUS, whose billing periods are months in UTC; leave it out';
      context.addIssue({ code: 'custom', path: ['timeZone'], message });
    }
    if (bom && format === 'json') {
      const message = 'applies only to text files: send format csv too, or leave bom out';
      context.addIssue({ code: 'custom', path: ['bom'], message });
    }
    if (groupBy === 'record' && granularity !== undefined) {
      const message = 'applies only to sums: leave it out with groupBy record';
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
    timeZone: timeZoneText,
    groupBy: exportGrouping,
    granularity: z.enum(REPORT_GRANULARITIES).optional(),
    format: z.enum(EXPORT_FORMATS),
    requestedBy: z.string(),
    requestedAt: instantText,
    expiresAt: instantText.meta({ description: 'When its files are deleted' }),
    progress: z.object({ daysDone: z.int(), days: z.int() }),
    rows: z.int().meta({ description: 'Total over all files' }),
    totalUsd: usdText.meta({
      description: 'The sum of all rows; equal to the ledger once the export is done',
    }),
    files: z.array(exportFile).meta({
      description:
        'Files written so far: one, or several if one run could not write everything; each is complete',
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
            url: z
              .url()
              .meta({ description: 'A signed link: anybody who has it can read the file' }),
            expiresAt: instantText,
          })
          .meta({ description: 'A new link with every call' }),
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
    summary: `Export a report of any size to gzip files, kept ${EXPORT_KEPT_DAYS} days. At most 400 days at any granularity, ${MAX_UNFINISHED_EXPORTS} at a time and ${MAX_KEPT_EXPORTS} kept per credential; the oldest makes room`,
    roles: ROLES,
    access: { subject: 'organization' },
    body: exportBody,
    responses: {
      202: { description: 'The export is queued; get it by its id', schema: exportView },
    },
  }),
  listReportExports: defineRoute({
    method: 'GET',
    path: '/v1/reports/exports',
    summary: 'All exports, latest first',
    roles: ROLES,
    access: { subject: 'organization' },
    responses: {
      200: { description: 'All stored exports', schema: z.object({ items: z.array(exportView) }) },
    },
  }),
  getReportExport: defineRoute({
    method: 'GET',
    path: '/v1/reports/exports/{exportId}',
    summary: 'The progress of an export, and links to its files',
    roles: ROLES,
    access: { subject: 'organization' },
    params: exportPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The export', schema: exportWithDownloads } },
  }),
  deleteReportExport: defineRoute({
    method: 'DELETE',
    path: '/v1/reports/exports/{exportId}',
    summary:
      "Delete an export and its files; only an operator or admin may delete another credential's",
    roles: ROLES,
    access: { subject: 'organization' },
    params: exportPath,
    problems: ['not-found'],
    responses: { 200: { description: 'The deleted export', schema: exportView } },
  }),
};

/**
 * Converts a body to an export request. A range without an end ends now; one without a start begins
 * with the month.
 */
export function exportRequestOf(
  body: z.output<typeof exportBody>,
  { range, timeZone }: Required<Pick<ExportRequest, 'range' | 'timeZone'>>,
): ExportRequest {
  const { groupBy, format } = body;
  const bom = body.bom ? { bom: true } : {};
  if (groupBy === 'record') {
    return { groupBy, granularity: 'total', format, range, timeZone, ...bom };
  }
  return {
    groupBy: groupBy === 'total' ? 'organization' : groupBy,
    granularity: body.granularity ?? 'total',
    format,
    range,
    timeZone,
    ...bom,
  };
}

/** The API's view of one exported file. */
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

/** The API's view of an export. */
export function exportViewOf(reportExport: ReportExport): z.output<typeof exportView> {
  const { groupBy, granularity, format, range, timeZone } = reportExport.request;
  const { files } = reportExport;
  return {
    exportId: reportExport.exportId,
    state: reportExport.state,
    from: iso(range.fromMs),
    to: iso(range.toMs),
    timeZone: timeZone ?? DEFAULT_TIME_ZONE,
    groupBy: groupBy === 'organization' ? 'total' : groupBy,
    ...(groupBy === 'record' ? {} : { granularity }),
    format,
    requestedBy: reportExport.requestedBy,
    requestedAt: iso(reportExport.requestedAtMs),
    expiresAt: iso(reportExport.expiresAtMs),
    progress: exportProgress(reportExport),
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    totalUsd: formatUsd(files.reduce((sum, { totalNanoUsd }) => sum + totalNanoUsd, 0n)),
    files: files.map(exportFileViewOf),
    failure: reportExport.failure,
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
