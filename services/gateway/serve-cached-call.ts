import type { CacheKey } from '../../domain/caching/cache.ts';
import { type CacheWish, routeWish } from '../../domain/caching/cache-wish.ts';
import { type Bypass, bypassOf } from '../../domain/caching/repeatable.ts';
import { requestText } from '../../domain/caching/request-text.ts';
import { servedModel } from '../../domain/routing/served-model.ts';
import { answerHit, type Hit, type HitDeps } from './answer-hit.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';
import type { ListModelsDeps } from './list-models.ts';
import type { GatewayDeps } from './open-call.ts';
import { recordAnswer } from './record-answer.ts';
import type { ResponseCache } from './response-cache.ts';
import { serveCall } from './serve-call.ts';

export type CachedGatewayDeps = GatewayDeps &
  HitDeps &
  Pick<ListModelsDeps, 'served'> & { responses: ResponseCache };

/**
 * Serves a client's call of a model as `serveCall` does, or from the cache, if its client or its
 * organization wants that and its answer is meant to repeat. If several calls with one key come at one
 * time, one is made, and the others wait for its answer.
 * @throws as `serveCall`; nothing of an answer has been sent
 */
export async function serveCachedCall(
  deps: CachedGatewayDeps,
  request: GatewayRequest,
  client: ClientAnswer,
): Promise<void> {
  const wish = await wishOf(deps, request);
  if (!wish) return serveCall(deps, request, client);
  const { organizationId } = request.call;
  const bypass = bypassOf(request.wire.api, request.body, wish);
  const key = bypass ? undefined : await keyOf(deps, request);
  if (!key) return serveCall(deps, request, missing(client, bypass));
  const answer = async (hit: Hit): Promise<void> => {
    await answerHit(deps, request, hit, client);
    deps.responses.count(organizationId, BigInt(hit.stored.costNanoUsd));
  };
  const hit = await deps.responses.find(key);
  if (hit) return answer(hit);
  const theirs = await deps.responses.fill(key, wish.lifeSeconds, async () => {
    deps.responses.count(organizationId, undefined);
    const recorder = recordAnswer(request, missing(client));
    await serveCall(deps, request, recorder.client);
    return recorder.stored();
  });
  if (theirs) await answer(theirs);
}

/** What the client wants of the cache, or else what its organization has set. */
async function wishOf(
  { responses }: CachedGatewayDeps,
  { call, cache, payer }: GatewayRequest,
): Promise<CacheWish | undefined> {
  if (cache === 'off') return undefined;
  return cache ?? routeWish(await responses.routes(call.organizationId), payer);
}

/** The key of a request; `undefined` if nobody serves its model. */
async function keyOf(
  { responses, served }: CachedGatewayDeps,
  { call, wire, body, headers, modelName, payer, isStreamed }: GatewayRequest,
): Promise<CacheKey | undefined> {
  const { organizationId } = call;
  const [{ providers }, catalog] = await Promise.all([
    served.routing(organizationId),
    served.catalog(organizationId),
  ]);
  const model = servedModel(modelName, catalog, providers);
  if (!model.ok) return undefined;
  const { region, candidates, downgrade, minQuality, maxQualityLoss, serviceTier } = payer;
  const limits = { region, candidates, downgrade, minQuality, maxQualityLoss, serviceTier };
  const { services } = model;
  const text = requestText({ api: wire.api, services, limits, headers, body });
  return responses.keyOf(organizationId, payer, { text, isStreamed });
}

/** Tells the client that the cache did not answer, and why it was not asked. */
function missing(client: ClientAnswer, bypass?: Bypass): ClientAnswer {
  const why = bypass === undefined ? 'fwd=uri-miss' : `fwd=bypass; detail=${bypass}`;
  const marks = { 'x-purser-cache': 'miss', 'cache-status': `purser; ${why}` };
  return {
    ...client,
    whole: (status, headers, json) => client.whole(status, { ...headers, ...marks }, json),
    begin: (headers) => client.begin({ ...headers, ...marks }),
  };
}
