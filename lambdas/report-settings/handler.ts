import {
  allocationHistoryViewOf,
  allocationViewOf,
  chargebackRoutes,
} from '../../contracts/chargeback.ts';
import { reportTagRoutes } from '../../contracts/report-tags.ts';
import {
  reportSubscriptionRoutes,
  reportSubscriptionViewOf,
} from '../../contracts/report-subscriptions.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { DEFAULT_NAMING, idUnder } from '../../domain/naming/naming.ts';
import { wholeHourOf } from '../../domain/reporting/report-range.ts';
import type { CostAllocation } from '../../domain/reporting/shared-cost.ts';
import { invalidField } from '../../services/errors.ts';
import type { ReportSubscriptionManager } from '../../services/reporting/manage-report-subscriptions.ts';
import type { ReportSettingsManager } from '../../services/reporting/manage-report-settings.ts';
import { type TimeZones, timeZoneFor } from '../../services/time-zones.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge & {
  manager: ReportSettingsManager;
  subscriptions: ReportSubscriptionManager;
  timeZones: TimeZones;
};

/** An organization's report settings. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(reportTagRoutes.getReportTags, async ({ caller }) => ({
      status: 200,
      body: { tags: await deps.manager.tags(caller.organizationId) },
    })),

    endpoint(reportTagRoutes.putReportTags, async ({ body, call }) => ({
      status: 200,
      body: { tags: await deps.manager.putTags(call, body.tags) },
    })),

    endpoint(chargebackRoutes.getCostAllocation, async ({ call }) => ({
      status: 200,
      body: allocationHistoryViewOf(await deps.manager.allocation(call)),
    })),

    endpoint(chargebackRoutes.putCostAllocation, async ({ body, caller, call }) => {
      const { validFrom, ...allocation } = body;
      const timeZone = await timeZoneFor(deps.timeZones, call.organizationId, undefined);
      const rule = await deps.manager.putAllocation(
        call,
        namedAllocation(caller, allocation),
        validFrom && wholeHourOf(validFrom, timeZone),
      );
      return { status: 200, body: allocationViewOf(rule) };
    }),

    endpoint(chargebackRoutes.deleteCostAllocation, async ({ params, call }) => ({
      status: 200,
      body: allocationViewOf(await deps.manager.deleteAllocation(call, params.validFrom)),
    })),

    endpoint(reportSubscriptionRoutes.listReportSubscriptions, async ({ caller }) => {
      const subscriptions = await deps.subscriptions.list(caller.organizationId);
      return { status: 200, body: { items: subscriptions.map(reportSubscriptionViewOf) } };
    }),

    endpoint(reportSubscriptionRoutes.putReportSubscription, async ({ params, body, call }) => {
      const asked = body.groupBy ?? (body.report === 'costs' ? 'department' : 'total');
      const groupBy = asked === 'total' ? 'organization' : asked;
      const timeZone = await timeZoneFor(deps.timeZones, call.organizationId, body.timeZone);
      const subscription = { ...body, ...params, groupBy, timeZone };
      return {
        status: 200,
        body: reportSubscriptionViewOf(await deps.subscriptions.put(call, subscription)),
      };
    }),

    endpoint(reportSubscriptionRoutes.deleteReportSubscription, async ({ params, call }) => {
      return {
        status: 200,
        body: reportSubscriptionViewOf(await deps.subscriptions.delete(call, params.name)),
      };
    }),
  ]);

/** @throws ServiceError `invalid-request` if two spellings mean the same department */
function namedAllocation(caller: Caller, { rule, ...allocation }: CostAllocation): CostAllocation {
  const { naming = DEFAULT_NAMING } = caller;
  const sharedDepartments = allocation.sharedDepartments.map((id) => idUnder(naming, id));
  const shares = allocation.shares.map(({ departmentId, ...share }) => ({
    ...share,
    departmentId: idUnder(naming, departmentId),
  }));
  const ids = [...sharedDepartments, ...shares.map(({ departmentId }) => departmentId)];
  const twice = ids.find((id, position) => ids.indexOf(id) !== position);
  if (twice === undefined) return { rule, sharedDepartments, shares };
  const field = shares.some(({ departmentId }) => departmentId === twice)
    ? 'shares'
    : 'sharedDepartments';
  throw invalidField(field, `names ${twice} twice, in spellings of the same department`);
}
