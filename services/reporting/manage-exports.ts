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
import { requireListedTag, type TagSettings } from './require-listed-tag.ts';

type Deps = {
  exports: Pick<ReportExportStore, 'putWrite' | 'deleteWrite' | 'get' | 'list'>;
  settings: TagSettings;
  audit: Pick<AuditLog, 'change'>;
  queue: { publish: (message: ExportMessage) => Promise<void> };
  /** Deletes a file; one that is gone already is no fault. */
  deleteFile: (objectKey: string) => Promise<void>;
};

const DAY_MS = 86_400_000;

export type ReportExportManager = ReturnType<typeof createReportExportManager>;

/** Reports in files as people ask for them. Every one that is asked for is audited. */
export function createReportExportManager({ exports, settings, audit, queue, deleteFile }: Deps) {
  /** @throws ServiceError `not-found` */
  async function find(
    organizationId: string,
    exportId: string,
    nowMs: number,
  ): Promise<ReportExport> {
    const found = await exports.get(organizationId, exportId, nowMs);
    if (!found) throw notFound(`Export ${exportId} was not found.`);
    return currentExport(found, nowMs);
  }

  /** Has a new export made, or takes it back. @throws ServiceError `unavailable` */
  async function queued(one: ReportExport, actor: string, nowMs: number): Promise<void> {
    const { organizationId, exportId } = one;
    try {
      await queue.publish({ organizationId, exportId });
    } catch {
      const entry = auditEntryOf(one, 'withdraw', actor, nowMs);
      const withdrawal = {
        entries: [{ ...entry, before: exportViewOf(one) }],
        writes: [exports.deleteWrite(one)],
      };
      await audit.change(() => Promise.resolve(withdrawal));
      throw unavailable('Purser could not queue this export. Retry in 5 seconds.', 5_000);
    }
  }

  /** Nobody finds them any more: those that stay after a failure go when they expire. */
  const deleteFiles = ({ files }: ReportExport): Promise<unknown> =>
    Promise.all(files.map(({ objectKey }) => deleteFile(objectKey)));

  /** An export that goes, as a part of a change. */
  const removalOf = (one: ReportExport, actor: string, nowMs: number) => ({
    entries: [{ ...auditEntryOf(one, 'delete', actor, nowMs), before: exportViewOf(one) }],
    writes: [exports.deleteWrite(one)],
  });

  return {
    /**
     * Queues an export; with the key of an earlier call, answers that one.
     * @throws ServiceError naming the field, `conflict` when too many are at work, `unavailable` when
     *   it cannot be queued: then there is none
     */
    async request(
      { organizationId, actor, nowMs }: Call,
      request: ExportRequest,
      idempotencyKey: string | undefined,
    ): Promise<ReportExport> {
      const fault = exportFault(request);
      if (fault) throw invalidField(fault.field, fault.message);
      const { groupBy } = request;
      if (groupBy !== 'record') await requireListedTag(settings, organizationId, groupBy);
      const exportId = idOf({ organizationId, actor }, idempotencyKey);
      const { made, isNew, gone } = await audit.change(async () => {
        const kept = await exports.list(organizationId, nowMs);
        const known = kept.find((one) => one.exportId === exportId);
        const none = { entries: [], writes: [], gone: undefined };
        if (known) return { ...none, made: currentExport(known, nowMs), isNew: false };
        const room = roomFor(actor, kept, nowMs);
        if ('fault' in room) throw conflict(room.fault);
        const removal = room.gone && removalOf(room.gone, actor, nowMs);
        const wanted: ReportExport = {
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
        const entry = auditEntryOf(wanted, 'create', actor, nowMs);
        return {
          made: wanted,
          isNew: true,
          gone: room.gone,
          entries: [...(removal?.entries ?? []), { ...entry, after: exportViewOf(wanted) }],
          writes: [...(removal?.writes ?? []), exports.putWrite(wanted)],
        };
      });
      if (gone) await deleteFiles(gone);
      if (isNew) await queued(made, actor, nowMs);
      return made;
    },

    async list(organizationId: string, nowMs: number): Promise<ReportExport[]> {
      const found = await exports.list(organizationId, nowMs);
      return found.map((one) => currentExport(one, nowMs));
    },

    get: find,

    /**
     * Deletes an export with its files. One that is being made is made no further.
     * @throws ServiceError `not-found`, `forbidden` for the exports of others unless the caller is an
     *   operator or admin
     */
    async delete(
      { organizationId, actor, role, nowMs }: Call,
      exportId: string,
    ): Promise<ReportExport> {
      const { gone } = await audit.change(async () => {
        const found = await find(organizationId, exportId, nowMs);
        if (found.requestedBy !== actor && role !== 'operator' && role !== 'admin') {
          throw new ServiceError(
            { kind: 'forbidden' },
            'Another credential created this export. Ask an operator or an admin to delete it.',
          );
        }
        return { ...removalOf(found, actor, nowMs), gone: found };
      });
      await deleteFiles(gone);
      return gone;
    },
  };
}

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
