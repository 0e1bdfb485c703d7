import { adviceSettingsRoutes, adviceSettingsViewOf } from '../../contracts/advice-settings.ts';
import {
  cachedRoutesOf,
  cacheSettingsRoutes,
  cacheSettingsViewOf,
} from '../../contracts/cache-settings.ts';
import { costSettingsRoutes } from '../../contracts/cost-settings.ts';
import { identityRoutes as routes, identityViewOf } from '../../contracts/identity.ts';
import { priceSettingsRoutes } from '../../contracts/price-settings.ts';
import { timeSettingsRoutes } from '../../contracts/time-settings.ts';
import type { CostBasis } from '../../domain/pricing/cost-basis.ts';
import type { PriceUpdates } from '../../domain/pricing/price-updates.ts';
import type { LeaveManager } from '../../services/advice/manage-leave.ts';
import type { CachedRoutesManager } from '../../services/caching/manage-cached-routes.ts';
import type { ChoiceManager } from '../../services/manage-choice.ts';
import type { NamingManager } from '../../services/manage-naming.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

const cacheEndpoints = (deps: { cachedRoutes: CachedRoutesManager }) => [
  endpoint(cacheSettingsRoutes.getCacheSettings, async ({ caller }) => ({
    status: 200,
    body: cacheSettingsViewOf(await deps.cachedRoutes.get(caller.organizationId)),
  })),

  endpoint(cacheSettingsRoutes.putCacheSettings, async ({ body, call }) => ({
    status: 200,
    body: cacheSettingsViewOf(await deps.cachedRoutes.change(call, cachedRoutesOf(body))),
  })),
];

/** Organization-wide settings for all requests. */
export const createHandler = (
  deps: Edge & {
    naming: NamingManager;
    costBasis: ChoiceManager<CostBasis>;
    priceUpdates: ChoiceManager<PriceUpdates>;
    timeZone: ChoiceManager<string>;
    leave: LeaveManager;
    cachedRoutes: CachedRoutesManager;
  },
) =>
  createHttpHandler(deps, [
    ...cacheEndpoints(deps),
    endpoint(routes.getIdentity, async ({ caller }) => ({
      status: 200,
      body: identityViewOf(await deps.naming.get(caller.organizationId)),
    })),

    endpoint(routes.putIdentity, async ({ body, call }) => {
      const { comparison: idComparison, defaultDepartmentId, requireDepartment } = body;
      const change = {
        idComparison,
        defaultDepartmentId,
        isDepartmentRequired: requireDepartment,
      };
      return {
        status: 200,
        body: identityViewOf(await deps.naming.change(call, change)),
      };
    }),

    endpoint(costSettingsRoutes.getCostSettings, async ({ caller }) => ({
      status: 200,
      body: { basis: await deps.costBasis.get(caller.organizationId) },
    })),

    endpoint(costSettingsRoutes.putCostSettings, async ({ body, call }) => ({
      status: 200,
      body: { basis: await deps.costBasis.change(call, body.basis) },
    })),

    endpoint(priceSettingsRoutes.getPriceSettings, async ({ caller }) => ({
      status: 200,
      body: { updates: await deps.priceUpdates.get(caller.organizationId) },
    })),

    endpoint(priceSettingsRoutes.putPriceSettings, async ({ body, call }) => ({
      status: 200,
      body: { updates: await deps.priceUpdates.change(call, body.updates) },
    })),

    endpoint(timeSettingsRoutes.getTimeSettings, async ({ caller }) => ({
      status: 200,
      body: { timeZone: await deps.timeZone.get(caller.organizationId) },
    })),

    endpoint(timeSettingsRoutes.putTimeSettings, async ({ body, call }) => ({
      status: 200,
      body: { timeZone: await deps.timeZone.change(call, body.timeZone) },
    })),

    endpoint(adviceSettingsRoutes.getAdviceSettings, async ({ caller }) => ({
      status: 200,
      body: adviceSettingsViewOf(await deps.leave.get(caller.organizationId)),
    })),

    endpoint(adviceSettingsRoutes.putAdviceSettings, async ({ body, call }) => ({
      status: 200,
      body: adviceSettingsViewOf(await deps.leave.change(call, body)),
    })),
  ]);
