import { allocationViewOf, chargebackRoutes } from '../../contracts/chargeback.ts';
import { reportTagRoutes } from '../../contracts/report-tags.ts';
import type { ReportSettingsManager } from '../../services/manage-report-settings.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** What an organization wants of its reports. */
export const createHandler = (deps: Edge & { manager: ReportSettingsManager }) =>
  createHttpHandler(deps, [
    endpoint(reportTagRoutes.getReportTags, async ({ caller }) => ({
      status: 200,
      body: { tags: await deps.manager.tags(caller.organizationId) },
    })),

    endpoint(reportTagRoutes.putReportTags, async ({ body, caller, nowMs }) => ({
      status: 200,
      body: { tags: await deps.manager.putTags(caller, body.tags, nowMs) },
    })),

    endpoint(chargebackRoutes.getCostAllocation, async ({ caller }) => ({
      status: 200,
      body: allocationViewOf(await deps.manager.allocation(caller.organizationId)),
    })),

    endpoint(chargebackRoutes.putCostAllocation, async ({ body, caller, nowMs }) => ({
      status: 200,
      body: allocationViewOf(await deps.manager.putAllocation(caller, body, nowMs)),
    })),
  ]);
