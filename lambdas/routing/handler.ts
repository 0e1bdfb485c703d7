import {
  endpointViewOf,
  providerOf,
  providerViewOf,
  routingOf,
  routingRoutes as routes,
  routingViewOf,
} from '../../contracts/routing.ts';
import { listEndpoints, type ListEndpointsDeps } from '../../services/routing/list-endpoints.ts';
import type { ProviderManager } from '../../services/routing/manage-providers.ts';
import type { RoutingManager } from '../../services/routing/manage-routing.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';

type Deps = Edge &
  ListEndpointsDeps & { providerManager: ProviderManager; routing: RoutingManager };

/** Where calls of models go. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.listProviders, async ({ caller }) => {
      const providers = await deps.providerManager.list(caller.organizationId);
      return { status: 200, body: { items: providers.map(providerViewOf) } };
    }),

    endpoint(routes.getProvider, async ({ params, caller }) => {
      const provider = await deps.providerManager.get(caller.organizationId, params.name);
      return { status: 200, body: providerViewOf(provider) };
    }),

    endpoint(routes.putProvider, async ({ params, body, call }) => {
      const provider = await deps.providerManager.put(call, providerOf(params.name, body));
      return { status: 200, body: providerViewOf(provider) };
    }),

    endpoint(routes.deleteProvider, async ({ params, call }) => {
      const provider = await deps.providerManager.delete(call, params.name);
      return { status: 200, body: providerViewOf(provider) };
    }),

    endpoint(routes.listEndpoints, async ({ caller, nowMs }) => {
      const endpoints = await listEndpoints(deps, caller.organizationId, nowMs);
      return { status: 200, body: { items: endpoints.map(endpointViewOf) } };
    }),

    endpoint(routes.getRoutingSettings, async ({ caller }) => {
      const settings = await deps.routing.get(caller.organizationId);
      return { status: 200, body: routingViewOf(settings) };
    }),

    endpoint(routes.putRoutingSettings, async ({ body, call }) => {
      const settings = await deps.routing.change(call, routingOf(body));
      return { status: 200, body: routingViewOf(settings) };
    }),
  ]);
