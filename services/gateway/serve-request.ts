import type { PriceDeps } from '../prompts/price-of-model.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';
import { type CachedGatewayDeps, serveCachedCall } from './serve-cached-call.ts';
import { shortenedCall } from './shorten-call.ts';

export type ServeDeps = CachedGatewayDeps & PriceDeps;

/**
 * Serves a request in every way that it or its organization asks for: with a shorter prompt, from the
 * cache, with marks for the provider's cache. Clients' calls and those of jobs go this one way.
 * @throws as `serveCall`; nothing of an answer has been sent
 */
export async function serveRequest(
  deps: ServeDeps,
  given: GatewayRequest,
  client: ClientAnswer,
): Promise<void> {
  const { request, told } = await shortenedCall(deps, given);
  await serveCachedCall(deps, request, telling(client, told));
}

/** Tells the client more with its answer. */
const telling = (client: ClientAnswer, told: Record<string, string>): ClientAnswer => ({
  ...client,
  whole: (status, headers, json) => client.whole(status, { ...told, ...headers }, json),
  begin: (headers) => client.begin({ ...told, ...headers }),
});
