import { createHash, randomUUID } from 'node:crypto';
import type { ExportMessage } from '../../contracts/export-message.ts';
import { exportViewOf } from '../../contracts/report-exports.ts';
import type { Call } from '../../domain/access/caller.ts';
import {
  currentExport,
  EXPORT_KEPT_DAYS,
  exportFault,
  type ExportRequest,
  type ReportExport,
  roomFor,
} from '../../domain/reporting/report-export.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ReportExportStore } from '../../tables/report-exports.ts';
import { conflict, invalidField, notFound, ServiceError, unavailable } from '../errors.ts';
import { requireListedDimension, type TagSettings } from '../require-listed-tag.ts';

type Deps = {
  exports: Pick<ReportExportStore, 'putWrite' | 'deleteWrite' | 'get' | 'list'>;
  settings: TagSettings;
  audit: Pick<AuditLog, 'change'>;
  queue: { publish: (message: ExportMessage) => Promise<void> };
  /** Deletes a file. Succeeds if the file is already gone. */
  deleteFile: (objectKey: string) => Promise<void>;
};

const DAY_MS = 86_400_000;

export type ReportExportManager = ReturnType<typeof createReportExportManager>;

/** Manages report exports. Audits every request. */
export const createReportExportManager = (deps: Deps) => ({
  /**
   * Queues an export. A repeated key returns the first call's export.
   * @throws ServiceError naming the field, `conflict` if too many exports are in progress,
   *   `unavailable` if the queue does not respond; in each case no export is created
   */
  request: (
    call: Call,
    request: ExportRequest,
    idempotencyKey: string | undefined,
  ): Promise<ReportExport> => requestExport(deps, call, request, idempotencyKey),

  async list(organizationId: string, nowMs: number): Promise<ReportExport[]> {
    const stored = await deps.exports.list(organizationId, nowMs);
    return stored.map((report) => currentExport(report, nowMs));
  },

  /** @throws ServiceError `not-found` */
  get: (organizationId: string, exportId: string, nowMs: number): Promise<ReportExport> =>
    readExport(deps, organizationId, exportId, nowMs),

  /**
   * Deletes an export and its files, and stops it if it is in progress.
   * @throws ServiceError `not-found`, `forbidden` for another caller's export unless the caller is
   *   an operator or admin
   */
  delete: (call: Call, exportId: string): Promise<ReportExport> =>
    deleteExport(deps, call, exportId),
});

async function requestExport(
  deps: Deps,
  call: Call,
  request: ExportRequest,
  idempotencyKey: string | undefined,
): Promise<ReportExport> {
  const fault = exportFault(request);
  if (fault) throw invalidField(fault.field, fault.message);
  const { groupBy } = request;
  if (groupBy !== 'record') {
    await requireListedDimension(deps.settings, call.organizationId, groupBy);
  }
  const exportId = idOf(call, idempotencyKey);
  const { report, isNew, evicted } = await deps.audit.change(() =>
    planExport(deps, call, request, exportId),
  );
  if (evicted) await deleteFiles(deps, evicted);
  if (isNew) await enqueue(deps, report, call);
  return report;
}

/**
 * Builds the change that creates an export, and deletes the oldest if the caller has reached the
 * limit.
 */
async function planExport(
  { exports }: Deps,
  { organizationId, actor, nowMs }: Call,
  request: ExportRequest,
  exportId: string,
) {
  const stored = await exports.list(organizationId, nowMs);
  const earlier = stored.find((report) => report.exportId === exportId);
  if (earlier) {
    const report = currentExport(earlier, nowMs);
    return { report, isNew: false, evicted: undefined, entries: [], writes: [] };
  }
  const room = roomFor(actor, stored, nowMs);
  if ('fault' in room) throw conflict(room.fault);
  const removal = room.gone && removalOf(exports, room.gone, { actor, nowMs });
  const report: ReportExport = {
    exportId,
    organizationId,
    request,
    requestedBy: actor,
    requestedAtMs: nowMs,
    touchedAtMs: nowMs,
    expiresAtMs: nowMs + EXPORT_KEPT_DAYS * DAY_MS,
    state: 'queued',
    files: [],
    rest: request.range,
    unread: request.range,
  };
  const entry = auditEntryOf(report, 'create', actor, nowMs);
  return {
    report,
    isNew: true,
    evicted: room.gone,
    entries: [...(removal?.entries ?? []), { ...entry, after: exportViewOf(report) }],
    writes: [...(removal?.writes ?? []), exports.putWrite(report)],
  };
}

/** Queues a new export, or removes it again if that fails. @throws ServiceError `unavailable` */
async function enqueue(
  { exports, audit, queue }: Deps,
  report: ReportExport,
  { actor, nowMs }: Call,
): Promise<void> {
  const { organizationId, exportId } = report;
  try {
    await queue.publish({ organizationId, exportId });
  } catch {
    const entry = auditEntryOf(report, 'withdraw', actor, nowMs);
    const withdrawal = {
      entries: [{ ...entry, before: exportViewOf(report) }],
      writes: [exports.deleteWrite(report)],
    };
    await audit.change(() => Promise.resolve(withdrawal));
    throw unavailable('Purser could not queue this export. Retry in 5 seconds.', 5_000);
  }
}

/** @throws ServiceError `not-found` */
async function readExport(
  { exports }: Pick<Deps, 'exports'>,
  organizationId: string,
  exportId: string,
  nowMs: number,
): Promise<ReportExport> {
  const stored = await exports.get(organizationId, exportId, nowMs);
  if (!stored) throw notFound(`Export ${exportId} was not found.`);
  return currentExport(stored, nowMs);
}

async function deleteExport(
  deps: Deps,
  { organizationId, actor, role, nowMs }: Call,
  exportId: string,
): Promise<ReportExport> {
  const { report } = await deps.audit.change(async () => {
    const stored = await readExport(deps, organizationId, exportId, nowMs);
    if (stored.requestedBy !== actor && role !== 'operator' && role !== 'admin') {
      throw new ServiceError(
        { kind: 'forbidden' },
        'Another credential created this export. Ask an operator or an admin to delete it.',
      );
    }
    return { ...removalOf(deps.exports, stored, { actor, nowMs }), report: stored };
  });
  await deleteFiles(deps, report);
  return report;
}

/** Nobody can find them anymore. Files left by a failure disappear when they expire. */
const deleteFiles = ({ deleteFile }: Deps, { files }: ReportExport): Promise<unknown> =>
  Promise.all(files.map(({ objectKey }) => deleteFile(objectKey)));

/** Builds the removal of an export as part of a change. */
const removalOf = (
  exports: Deps['exports'],
  report: ReportExport,
  { actor, nowMs }: Pick<Call, 'actor' | 'nowMs'>,
) => ({
  entries: [{ ...auditEntryOf(report, 'delete', actor, nowMs), before: exportViewOf(report) }],
  writes: [exports.deleteWrite(report)],
});

const auditEntryOf = (
  { organizationId, exportId }: ReportExport,
  verb: 'create' | 'withdraw' | 'delete',
  actor: string,
  atMs: number,
) => ({ organizationId, actor, action: `report-export.${verb}`, target: exportId, atMs });

/** A UUID version 8 (RFC 9562) of the credential and its Idempotency-Key, or a random one. */
function idOf(
  { organizationId, actor }: Pick<Call, 'organizationId' | 'actor'>,
  idempotencyKey: string | undefined,
): string {
  if (idempotencyKey === undefined) return randomUUID();
  const owned = JSON.stringify([organizationId, actor, idempotencyKey]);
  const hex = createHash('sha256').update(owned).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
