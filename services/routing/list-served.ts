import type { ModelApi } from '../../domain/gateway/wire-format.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import { BEDROCK, type Endpoint } from '../../domain/routing/endpoint.ts';
import { poolEndpoints } from '../../domain/routing/pool-endpoints.ts';
import { regionsFor } from '../../domain/routing/routing-settings.ts';
import { servedModel } from '../../domain/routing/served-model.ts';
import type { PoolReaders } from './read-pool.ts';

/** A name that clients may send, and every endpoint that may serve it. */
export type Served = { model: string; endpoints: readonly Endpoint[] };

export type ServedReaders = Pick<PoolReaders, 'regions' | 'routing' | 'catalog'> & {
  /** The models of Amazon Bedrock that the deployment may call. */
  bedrockModels: readonly string[];
};

/**
 * What an organization can call by any of some APIs: the models of its own providers, then those on
 * Amazon Bedrock that the deployment may call, in the order of the catalog.
 */
export async function listServed(
  readers: ServedReaders,
  organizationId: string,
  apis: readonly ModelApi[],
): Promise<Served[]> {
  const [{ settings, providers }, catalog] = await Promise.all([
    readers.routing(organizationId),
    readers.catalog(organizationId),
  ]);
  const allowed = new Set(readers.bedrockModels.map(modelStem));
  const own = providers.flatMap(({ models }) => models.map(({ model }) => model));
  const listed = catalog.list().map(({ model }) => model);
  const names = new Map([...listed, ...own].map((model) => [modelStem(model), model]));
  const order = new Set([...own, ...listed].map(modelStem));
  const { prefersGlobal } = settings;
  const regions = regionsFor(settings, readers.regions);
  return [...order].flatMap((stem) => {
    const model = names.get(stem) ?? stem;
    const served = servedModel(model, catalog, providers);
    const services = (served.ok ? served.services : []).filter(
      (service) => service.provider !== BEDROCK || allowed.has(modelStem(service.model)),
    );
    const pool = poolEndpoints(services, { apis, regions, prefersGlobal });
    return pool.ok ? [{ model, endpoints: pool.endpoints }] : [];
  });
}
