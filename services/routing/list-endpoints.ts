import { type Breaker, NEVER_OPEN } from '../../domain/routing/breaker.ts';
import { BEDROCK, endpointId, partsOfId } from '../../domain/routing/endpoint.ts';
import { type EndpointStatus, statusOf } from '../../domain/routing/endpoint-status.ts';
import type { Tally } from '../../domain/routing/tally.ts';
import type { EndpointHealthStore } from '../../tables/endpoint-health.ts';
import type { ProviderStore } from '../../tables/providers.ts';
import { ownerOf } from './endpoint-state.ts';

export type ListEndpointsDeps = {
  providers: Pick<ProviderStore, 'list'>;
  health: Pick<EndpointHealthStore, 'read'>;
};

/**
 * The health of an organization's own endpoints, and of those on Amazon Bedrock that were in use
 * within the last half minute, or had a breaker open within the last day. It says nothing about how
 * many calls others made.
 */
export async function listEndpoints(
  { providers, health }: ListEndpointsDeps,
  organizationId: string,
  nowMs: number,
): Promise<EndpointStatus[]> {
  const [own, ...stored] = await Promise.all([
    providers.list(organizationId),
    ...[BEDROCK, 'own'].map((provider) =>
      health.read(ownerOf(organizationId, { provider }), 0, nowMs),
    ),
  ]);
  const healths = new Map<string, { slots: Map<number, Tally>; breaker: Breaker }>();
  const healthOf = (id: string) => {
    const entry = healths.get(id) ?? { slots: new Map<number, Tally>(), breaker: NEVER_OPEN };
    healths.set(id, entry);
    return entry;
  };
  for (const { name, models, regions } of own) {
    for (const { model, upstreamModel = model } of models) {
      for (const region of regions.length > 0 ? regions : [undefined]) {
        healthOf(endpointId({ provider: name, upstreamModel, region }));
      }
    }
  }
  const isOwn = new Set(healths.keys());
  for (const { counts, breakers } of stored) {
    for (const { id, slot, tally } of counts) healthOf(id).slots.set(slot, tally);
    for (const { id, breaker } of breakers) healthOf(id).breaker = breaker;
  }
  return [...healths]
    .filter(([id]) => isOwn.has(id) || partsOfId(id).provider === BEDROCK)
    .map(([id, entry]) => statusOf(partsOfId(id), entry, nowMs))
    .toSorted((left, right) => (placeOf(left) < placeOf(right) ? -1 : 1));
}

const placeOf = ({ provider, upstreamModel, region = '' }: EndpointStatus): string =>
  JSON.stringify([provider, upstreamModel, region]);
