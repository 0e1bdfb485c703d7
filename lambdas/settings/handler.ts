import { identityRoutes as routes, identityViewOf } from '../../contracts/identity.ts';
import type { NamingManager } from '../../services/manage-naming.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Organization-wide settings for all requests. */
export const createHandler = (deps: Edge & { manager: NamingManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.getIdentity, async ({ caller }) => ({
      status: 200,
      body: identityViewOf(await deps.manager.get(caller.organizationId)),
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
        body: identityViewOf(await deps.manager.change(call, change)),
      };
    }),
  ]);
