import type { ModelApi } from '../gateway/wire-format.ts';
import { parseModelId } from '../pricing/model-id.ts';
import { mayCall, reachedProfile, regionalId } from './bedrock-profiles.ts';
import { BEDROCK, type Endpoint } from './endpoint.ts';
import type { Service } from './served-model.ts';

export type PoolWish = {
  /** APIs that the call can be sent by, the preferred one first. */
  apis: readonly ModelApi[];
  /** AWS regions that may serve it. */
  regions: readonly string[];
  /** The only region that may serve it. */
  region?: string | undefined;
  prefersGlobal?: boolean | undefined;
};

/** Why no endpoint serves a model that is known. */
export type NoEndpoint = 'api-not-served' | 'region-not-served' | 'profile-not-known';

/**
 * All endpoints that can serve a call: each service in each of its regions, by the first API that
 * both sides speak.
 */
export function poolEndpoints(
  services: readonly Service[],
  { apis, regions, region, prefersGlobal }: PoolWish,
): { ok: true; endpoints: readonly Endpoint[] } | { ok: false; reason: NoEndpoint } {
  const spoken = services.flatMap((service) => {
    const api = apis.find((each) => service.apis.includes(each));
    return api === undefined ? [] : [{ ...service, api }];
  });
  if (spoken.length === 0) return { ok: false, reason: 'api-not-served' };
  const endpoints = spoken.flatMap((service) => {
    return placesOf(service, regions)
      .filter((place) => region === undefined || place === undefined || place === region)
      .flatMap((place) => endpointsAt(service, place, prefersGlobal));
  });
  if (endpoints.length > 0) return { ok: true, endpoints };
  return {
    ok: false,
    reason: spoken.every(isUnreached) ? 'profile-not-known' : 'region-not-served',
  };
}

/** Whether the model names a profile whose destinations are not known. */
function isUnreached({ provider, model }: Service): boolean {
  const { profile } = parseModelId(model);
  return provider === BEDROCK && profile !== undefined && !reachedProfile(profile);
}

/** An own provider is where it says. Amazon Bedrock is called only in the deployment's regions. */
function placesOf(
  { provider, regions: own }: Service,
  regions: readonly string[],
): readonly (string | undefined)[] {
  if (provider !== BEDROCK) return own ?? [undefined];
  return own ? regions.filter((region) => own.includes(region)) : regions;
}

function endpointsAt(
  { provider, model, upstreamModel, api, address, toolTypes }: Service & { api: ModelApi },
  region: string | undefined,
  prefersGlobal: boolean | undefined,
): Endpoint[] {
  if (provider !== BEDROCK || region === undefined) {
    return [{ provider, model, upstreamModel, region, api, address, toolTypes }];
  }
  const { profile } = parseModelId(model);
  if (profile !== undefined && !mayCall(profile, region)) return [];
  const isPlain = profile === undefined && !model.startsWith('arn:');
  const id = isPlain ? regionalId(model, region, { prefersGlobal }) : model;
  return id === undefined ? [] : [{ provider, model: id, upstreamModel: id, region, api }];
}
