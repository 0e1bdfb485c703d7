import { type Dimension, isDimension } from '../domain/reporting/dimensions.ts';
import {
  EXPORT_FORMATS,
  EXPORT_STATES,
  type ExportFile,
  isEmptyRange,
  type ReportExport,
} from '../domain/reporting/report-export.ts';
import { REPORT_GRANULARITIES, type ReportRange } from '../domain/reporting/report-range.ts';
import { list, money, number, optional, scalar, text, words } from './codec/attributes.ts';
import { fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DeleteWrite, DynamoDb, Item, PutWrite } from './dynamodb.ts';

/**
 * Reports that are written to files. Access patterns: put a new one; take back one that nobody will
 * work on; one; all of an organization, which are few since they expire with their files; note that it
 * is worked on, has another file, or failed. A run that began with other files changes nothing,
 * so that what is done stays done, however often its message comes.
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
    putWrite: (one: ReportExport): PutWrite => ({
      kind: 'put',
      table,
      item: { ...exportCodec.encode(one), expiresAtS: Math.floor(one.expiresAtMs / 1_000) },
      condition: 'attribute_not_exists(exportId) OR expiresAtMs <= :now',
      values: { ':now': one.requestedAtMs },
    }),

    /** The write that removes one. */
    deleteWrite: ({ organizationId, exportId }: ReportExport): DeleteWrite => ({
      kind: 'delete',
      table,
      key: keyOf(organizationId, exportId),
      condition: 'attribute_exists(exportId)',
    }),

    /** One that has expired is gone, also where it is not removed yet. */
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

    /** Those that have not expired, the latest first. */
    async list(organizationId: string, nowMs: number): Promise<ReportExport[]> {
      const { items } = await db.query({
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

/** How far an export has come. */
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
    /** @returns false when it is done, gone or has more files by now, so that there is nothing to do */
    touch: (one: ReportExport, unread: ReportRange, nowMs: number) =>
      note(one, { state: 'running', unread }, nowMs),

    /**
     * Keeps one file more. With nothing left, the export is done.
     * @returns false when another run was faster, or the export is gone
     */
    addFile: (one: ReportExport, file: ExportFile, rest: ReportRange, nowMs: number) =>
      note(
        one,
        {
          state: isEmptyRange(rest) ? 'done' : 'running',
          files: [...one.files, file],
          rest,
          unread: rest,
        },
        nowMs,
      ),

    fail: (one: ReportExport, failure: string, nowMs: number) =>
      note(one, { state: 'failed', failure }, nowMs),
  };
}

function parse(item: Item): ReportExport {
  const { failure, ...one } = exportCodec.decode(item);
  // One that failed may be made after all.
  return { ...one, failure: one.state === 'failed' ? failure : undefined };
}

const keyOf = (organizationId: string, exportId: string) => ({ organizationId, exportId });
