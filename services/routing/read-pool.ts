import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { type PricedEndpoint, pricedEndpoints } from '../../domain/routing/dearest-endpoint.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import type { Strategy } from '../../domain/routing/order-endpoints.ts';
import { type NoEndpoint, poolEndpoints } from '../../domain/routing/pool-endpoints.ts';
import type { Provider } from '../../domain/routing/provider.ts';
import {
  regionsFor,
  type RoutingSettings,
  strategyOf,
} from '../../domain/routing/routing-settings.ts';
import { servedModel } from '../../domain/routing/served-model.ts';
import type { Severity } from '../../domain/severity.ts';

export type OrganizationRouting = { settings: RoutingSettings; providers: readonly Provider[] };

/** Reads what decides an organization's pools. Each answers from memory where it can. */
export type PoolReaders = {
  /** The regions in which the deployment calls Amazon Bedrock. */
  regions: readonly string[];
  /** An organization's own providers and settings. */
  routing: (organizationId: string) => Promise<OrganizationRouting>;
  catalog: (organizationId: string) => Promise<Catalog>;
  rateCards: (organizationId: string, model: string) => Promise<readonly RateCard[]>;
};

export type RoutingWish = {
  /** The model as the client named it, or as selection chose it. */
  model: string;
  /** APIs that the call can be sent by, the preferred one first. */
  apis: readonly ModelApi[];
  /** Calls with the same key go to the same endpoint while it works, because its cache is there. */
  sessionKey?: string | undefined;
  /** Default: `DEFAULT_SEVERITY`. */
  severity?: Severity | undefined;
  /** The only region that may serve the call. */
  region?: string | undefined;
};

export type Pool =
  | { ok: true; priced: readonly PricedEndpoint[]; strategy: Strategy }
  /** `near`: names that resemble an unknown one. */
  | { ok: false; reason: 'unknown-model'; near: readonly string[] }
  | { ok: false; reason: NoEndpoint };

/** Every endpoint that can serve a call, with prices, and how calls spread over them. */
export async function readPool(
  readers: PoolReaders,
  { organizationId, nowMs }: OrganizationCall,
  { model, apis, region }: RoutingWish,
): Promise<Pool> {
  const [{ settings, providers }, catalog] = await Promise.all([
    readers.routing(organizationId),
    readers.catalog(organizationId),
  ]);
  const served = servedModel(model, catalog, providers);
  if (!served.ok) return { ok: false, reason: 'unknown-model', near: served.near };
  const { prefersGlobal } = settings;
  const regions = regionsFor(settings, readers.regions);
  const pool = poolEndpoints(served.services, { apis, regions, region, prefersGlobal });
  if (!pool.ok) return pool;
  return {
    ok: true,
    priced: await pricesOf(readers, organizationId, pool.endpoints, nowMs),
    strategy: strategyOf(pool.endpoints[0]?.model ?? model, settings, providers),
  };
}

/**
 * Endpoints with their prices. If none has one, all of them, as if they were free: reserving then
 * refuses the call and says why there is no price.
 */
async function pricesOf(
  { rateCards }: PoolReaders,
  organizationId: string,
  endpoints: readonly Endpoint[],
  nowMs: number,
): Promise<readonly PricedEndpoint[]> {
  const models = [...new Set(endpoints.map(({ model }) => model))];
  const own = new Map(
    await Promise.all(
      models.map(async (model) => [model, await rateCards(organizationId, model)] as const),
    ),
  );
  const priced = pricedEndpoints(endpoints, ({ model, region }) => {
    const resolved = resolveRate({ model, region, atMs: nowMs, overrides: own.get(model) });
    return resolved.ok ? resolved.rate : undefined;
  });
  return priced.length > 0 ? priced : endpoints.map((endpoint) => ({ endpoint, costNanoUsd: 0n }));
}
