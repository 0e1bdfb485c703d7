import { type Dimension, isDimension } from '../domain/reporting/dimensions.ts';
import {
  EXPORT_FORMATS,
  EXPORT_STATES,
  type ExportFile,
  isEmptyRange,
  type ReportExport,
} from '../domain/reporting/report-export.ts';
import { REPORT_GRANULARITIES, type ReportRange } from '../domain/reporting/report-range.ts';
import { flag, list, money, number, optional, scalar, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DeleteWrite, DynamoDb, Item, PutWrite } from './dynamodb.ts';
import { queryAll } from './query-all.ts';
import { secondsAfter } from './time-to-live.ts';

/**
 * Reports that are written to files. Access patterns: put a new one; remove one that nothing will
 * work on; one; all of an organization's, which are few because they expire with their files;
 * record progress, another file, or failure. A run that started from an outdated list of files
 * changes nothing, so repeated messages never undo progress.
 */
export const reportExportsTable = defineTable({
  name: 'report-exports',
  partitionKey: { name: 'organizationId', type: 'S' },
  sortKey: { name: 'exportId', type: 'S' },
  timeToLiveAttribute: 'expiresAtS',
});

const range = fields({ fromMs: number, toMs: number });

export const exportCodec = itemCodec(reportExportsTable, 'export', {
  exportId: text,
  organizationId: text,
  request: fields({
    groupBy: scalar('dimension or record', 'a dimension or record', isGrouping),
    granularity: words(REPORT_GRANULARITIES),
    format: words(EXPORT_FORMATS),
    range,
    timeZone: optional(text),
    bom: optional(flag),
  }),
  requestedBy: text,
  requestedAtMs: number,
  touchedAtMs: number,
  expiresAtMs: number,
  state: words(EXPORT_STATES),
  files: list(
    fields({ objectKey: text, fileName: text, rows: number, bytes: number, totalNanoUsd: money }),
  ),
  rest: range,
  unread: range,
  failure: optional(text),
});

function isGrouping(stored: unknown): stored is Dimension | 'record' {
  return stored === 'record' || isDimension(stored);
}

export type ReportExportStore = ReturnType<typeof createReportExportStore>;

export const createReportExportStore = (db: DynamoDb) => ({
  ...exportItems(db),
  ...exportProgress(db),
});

/** Exports as people order and see them. */
function exportItems(db: DynamoDb) {
  const table = reportExportsTable.name;

  return {
    /** Stores a new export, unless an export with this id exists and has not expired. */
    putWrite: (reportExport: ReportExport): PutWrite => ({
      kind: 'put',
      table,
      item: {
        ...exportCodec.encode(reportExport),
        expiresAtS: secondsAfter(reportExport.expiresAtMs),
      },
      condition: 'attribute_not_exists(exportId) OR expiresAtMs <= :now',
      values: { ':now': reportExport.requestedAtMs },
    }),

    /** The write that removes an export. */
    deleteWrite: ({ organizationId, exportId }: ReportExport): DeleteWrite => ({
      kind: 'delete',
      table,
      key: keyOf(organizationId, exportId),
      condition: 'attribute_exists(exportId)',
    }),

    /** An expired export counts as gone, even before it is deleted. */
    async get(
      organizationId: string,
      exportId: string,
      nowMs: number,
    ): Promise<ReportExport | undefined> {
      const key = keyOf(organizationId, exportId);
      const item = await db.get({ table, key, consistent: true });
      const parsed = item && parse(item);
      return parsed && parsed.expiresAtMs > nowMs ? parsed : undefined;
    },

    /** Exports that have not expired, newest first. */
    async list(organizationId: string, nowMs: number): Promise<ReportExport[]> {
      const items = await queryAll(db, {
        table,
        condition: 'organizationId = :organization',
        values: { ':organization': organizationId },
        consistent: true,
      });
      return items
        .map(parse)
        .filter(({ expiresAtMs }) => expiresAtMs > nowMs)
        .toSorted((left, right) => right.requestedAtMs - left.requestedAtMs);
    },
  };
}

/** Progress of an export. */
function exportProgress(db: DynamoDb) {
  const table = reportExportsTable.name;

  async function note(
    { organizationId, exportId, files }: ReportExport,
    changed: Partial<Pick<ReportExport, 'state' | 'files' | 'rest' | 'unread' | 'failure'>>,
    nowMs: number,
  ): Promise<boolean> {
    const attributes = Object.entries({ ...changed, touchedAtMs: nowMs });
    const result = await db.write({
      kind: 'update',
      table,
      key: keyOf(organizationId, exportId),
      update: `SET ${attributes.map(([name]) => `#${name} = :${name}`).join(', ')}`,
      condition: 'attribute_exists(exportId) AND #state <> :done AND size(#files) = :known',
      names: {
        '#state': 'state',
        '#files': 'files',
        ...Object.fromEntries(attributes.map(([name]) => [`#${name}`, name])),
      },
      values: {
        ':done': 'done',
        ':known': files.length,
        ...Object.fromEntries(attributes.map(([name, value]) => [`:${name}`, value])),
      },
    });
    return result.ok;
  }

  return {
    /** @returns false if it is done, gone or has more files by now, so there is nothing to do */
    touch: (reportExport: ReportExport, unread: ReportRange, nowMs: number) =>
      note(reportExport, { state: 'running', unread }, nowMs),

    /**
     * Adds one more file. If nothing remains, the export is done.
     * @returns false if another run was faster or the export is gone
     */
    addFile: (reportExport: ReportExport, file: ExportFile, rest: ReportRange, nowMs: number) =>
      note(
        reportExport,
        {
          state: isEmptyRange(rest) ? 'done' : 'running',
          files: [...reportExport.files, file],
          rest,
          unread: rest,
        },
        nowMs,
      ),

    fail: (reportExport: ReportExport, failure: string, nowMs: number) =>
      note(reportExport, { state: 'failed', failure }, nowMs),
  };
}

function parse(item: Item): ReportExport {
  const { failure, ...reportExport } = exportCodec.decode(item);
  // A failed export may still be completed by a retry.
  return { ...reportExport, failure: reportExport.state === 'failed' ? failure : undefined };
}

const keyOf = (organizationId: string, exportId: string) => ({ organizationId, exportId });
