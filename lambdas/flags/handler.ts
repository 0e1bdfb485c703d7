import { flagRoutes as routes, flagViewOf } from '../../contracts/flags.ts';
import { DEFAULT_NAMING, scopeUnder } from '../../domain/naming/naming.ts';
import type { FlagManager } from '../../services/manage-flags.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

/** Shows feature flags and lets the organization roll them out. */
export const createHandler = (deps: Edge & { manager: FlagManager }) =>
  createHttpHandler(deps, [
    endpoint(routes.listFlags, async ({ caller }) => {
      const flags = await deps.manager.list(caller.organizationId);
      return { status: 200, body: { items: flags.map(flagViewOf) } };
    }),

    endpoint(routes.getFlag, async ({ params, caller }) => {
      const flag = await deps.manager.get(caller.organizationId, params.name);
      return { status: 200, body: flagViewOf(flag) };
    }),

    endpoint(routes.putFlag, async ({ params, body, caller, call }) => {
      const { naming = DEFAULT_NAMING } = caller;
      const overrides = body.overrides.map((override) => {
        const named = scopeUnder(naming, override);
        const isRespelled = named.scopeId !== override.scopeId;
        return isRespelled ? { ...named, spelling: override.scopeId } : named;
      });
      const setting = { ...body, overrides };
      const flag = await deps.manager.put(call, params.name, setting);
      return { status: 200, body: flagViewOf(flag) };
    }),
  ]);
