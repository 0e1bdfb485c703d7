import { modelStem } from '../pricing/model-id.ts';
import { DEFAULT_STRATEGY, type Strategy } from './order-endpoints.ts';
import type { Provider } from './provider.ts';

/** How an organization's calls are routed. */
export type RoutingSettings = {
  /** For pools that `pools` does not name. */
  strategy?: Strategy | undefined;
  pools: readonly { model: string; strategy: Strategy }[];
  /** The only regions of the deployment that may serve its calls. */
  regions?: readonly string[] | undefined;
  /** Prefers the global inference profile of a model to the one of the region's geography. */
  prefersGlobal?: boolean | undefined;
};

export const DEFAULT_ROUTING: RoutingSettings = { pools: [] };

/** The strategy of a model's pool: the setting of the pool, of a provider in it, or of all pools. */
export function strategyOf(
  model: string,
  { pools, strategy }: RoutingSettings,
  providers: readonly Provider[],
): Strategy {
  const stem = modelStem(model);
  const pool = pools.find((each) => modelStem(each.model) === stem);
  const provider = providers.find(
    (each) =>
      each.strategy !== undefined && each.models.some((own) => modelStem(own.model) === stem),
  );
  return pool?.strategy ?? provider?.strategy ?? strategy ?? DEFAULT_STRATEGY;
}

/** The regions that may serve an organization's calls. */
export const regionsFor = (
  { regions }: RoutingSettings,
  deployed: readonly string[],
): readonly string[] =>
  regions === undefined ? deployed : deployed.filter((region) => regions.includes(region));
