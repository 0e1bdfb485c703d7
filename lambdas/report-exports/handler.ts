import {
  exportFileViewOf,
  exportRequestOf,
  exportViewOf,
  reportExportRoutes as routes,
} from '../../contracts/report-exports.ts';
import { DEFAULT_TIME_ZONE } from '../../domain/periods.ts';
import { reportRangeOf } from '../../domain/reporting/report-range.ts';
import type { ReportExportManager } from '../../services/reporting/manage-exports.ts';
import { rangeOfSums } from '../../services/reporting/report-costs.ts';
import { type TimeZones, timeZoneFor } from '../../services/time-zones.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & {
  manager: ReportExportManager;
  timeZones: TimeZones;
  /** A link to a file that is valid for this many seconds. */
  link: (objectKey: string, seconds: number) => Promise<string>;
};

const LINK_SECONDS = 900;

/** Report exports. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.createReportExport, async ({ body, idempotencyKey, nowMs, call }) => {
      const rangeOf = body.groupBy === 'record' ? reportRangeOf : rangeOfSums;
      const stated = body.timeZone ?? (body.format === 'focus' ? DEFAULT_TIME_ZONE : undefined);
      const timeZone = await timeZoneFor(deps.timeZones, call.organizationId, stated);
      const exportRequest = exportRequestOf(body, {
        range: rangeOf(body, nowMs, timeZone),
        timeZone,
      });
      const made = await deps.manager.request(call, exportRequest, idempotencyKey);
      const headers = { location: `/v1/reports/exports/${made.exportId}` };
      return { status: 202, body: exportViewOf(made), headers };
    }),

    endpoint(routes.listReportExports, async ({ caller, nowMs }) => {
      const exported = await deps.manager.list(caller.organizationId, nowMs);
      return { status: 200, body: { items: exported.map(exportViewOf) } };
    }),

    endpoint(routes.getReportExport, async ({ params, caller, nowMs }) => {
      const exported = await deps.manager.get(caller.organizationId, params.exportId, nowMs);
      const expiresAt = new Date(nowMs + LINK_SECONDS * 1_000).toISOString();
      const files = await Promise.all(
        exported.files.map(async (file) => {
          const url = await deps.link(file.objectKey, LINK_SECONDS);
          return { ...exportFileViewOf(file), download: { url, expiresAt } };
        }),
      );
      return { status: 200, body: { ...exportViewOf(exported), files } };
    }),

    endpoint(routes.deleteReportExport, async ({ params, call }) => {
      const gone = await deps.manager.delete(call, params.exportId);
      return { status: 200, body: exportViewOf(gone) };
    }),
  ]);
