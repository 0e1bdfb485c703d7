import { createHash, randomUUID } from 'node:crypto';
import type { ExportMessage } from '../../contracts/export-message.ts';
import { invalidField, ProblemError } from '../../contracts/problem.ts';
import { exportViewOf } from '../../contracts/report-exports.ts';
import {
  currentExport,
  EXPORT_KEPT_DAYS,
  exportFault,
  type ExportRequest,
  type ReportExport,
  roomFault,
} from '../../domain/reporting/report-export.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import type { ReportExportStore } from '../../tables/report-exports.ts';
import { requireListedTag, type TagSettings } from './require-listed-tag.ts';

type Actor = { organizationId: string; actor: string };
type Deps = {
  exports: Pick<ReportExportStore, 'putWrite' | 'deleteWrite' | 'get' | 'list'>;
  settings: TagSettings;
  audit: Pick<AuditLog, 'change'>;
  queue: { publish: (message: ExportMessage) => Promise<void> };
};

const DAY_MS = 86_400_000;

export type ReportExportManager = ReturnType<typeof createReportExportManager>;

/** Reports in files as people ask for them. Every one that is asked for is audited. */
export function createReportExportManager({ exports, settings, audit, queue }: Deps) {
  /** @throws ProblemError `not-found` */
  async function find(
    organizationId: string,
    exportId: string,
    nowMs: number,
  ): Promise<ReportExport> {
    const found = await exports.get(organizationId, exportId, nowMs);
    if (!found) throw new ProblemError('not-found', `there is no export ${exportId}`);
    return currentExport(found, nowMs);
  }

  /** Has a new export made, or takes it back. @throws ProblemError `unavailable` */
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
      throw new ProblemError('unavailable', 'the export cannot be queued now: ask again', {
        headers: { 'retry-after': '5' },
      });
    }
  }

  return {
    /**
     * Queues an export; with the key of an earlier call, answers that one.
     * @throws ProblemError naming the field, `conflict` when there are too many, `unavailable` when
     *   it cannot be queued: then there is none
     */
    async request(
      { organizationId, actor }: Actor,
      request: ExportRequest,
      idempotencyKey: string | undefined,
      nowMs: number,
    ): Promise<ReportExport> {
      const fault = exportFault(request);
      if (fault) throw invalidField(fault.field, fault.message);
      const { groupBy } = request;
      if (groupBy !== 'record') await requireListedTag(settings, organizationId, groupBy);
      const exportId = idOf(organizationId, idempotencyKey);
      const { made, isNew } = await audit.change(async () => {
        const kept = await exports.list(organizationId, nowMs);
        const known = kept.find((one) => one.exportId === exportId);
        const none = { entries: [], writes: [] };
        if (known) return { ...none, made: currentExport(known, nowMs), isNew: false };
        const full = roomFault(kept, nowMs);
        if (full !== undefined) throw new ProblemError('conflict', full);
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
          entries: [{ ...entry, after: exportViewOf(wanted) }],
          writes: [exports.putWrite(wanted)],
        };
      });
      if (isNew) await queued(made, actor, nowMs);
      return made;
    },

    async list(organizationId: string, nowMs: number): Promise<ReportExport[]> {
      const found = await exports.list(organizationId, nowMs);
      return found.map((one) => currentExport(one, nowMs));
    },

    get: find,
  };
}

const auditEntryOf = (
  { organizationId, exportId }: ReportExport,
  verb: 'create' | 'withdraw',
  actor: string,
  atMs: number,
) => ({ organizationId, actor, action: `report-export.${verb}`, target: exportId, atMs });

/** A UUID version 8 (RFC 9562) of the organization and the caller's key, or a random one. */
function idOf(organizationId: string, idempotencyKey: string | undefined): string {
  if (idempotencyKey === undefined) return randomUUID();
  const hex = createHash('sha256').update(`${organizationId}\n${idempotencyKey}`).digest('hex');
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
