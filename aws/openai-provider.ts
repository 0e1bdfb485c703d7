import { LRUCache } from 'lru-cache';
import {
  faultOfProviderUrl,
  isPrivateAddress,
  isPrivateHost,
  isPublicAddress,
} from '../contracts/public-address.ts';
import {
  LostAnswerError,
  type ProviderAnswer,
  type ProviderClient,
  type ProviderRequest,
} from '../domain/gateway/provider-client.ts';
import type { ModelApi } from '../domain/gateway/wire-format.ts';
import type { ProviderAddress } from '../domain/routing/endpoint.ts';
import { answerOf } from './bedrock-runtime.ts';
import { checkedLookup, isForbiddenAddress } from './http/checked-lookup.ts';
import { type ConnectionUse, createExchange, type ExchangeLimits } from './http/exchange.ts';
import type { SecretReader } from './secrets.ts';

export type OwnProviderSettings = {
  secrets: SecretReader;
  /** Hosts that are not public, on which providers may run. */
  privateHosts: readonly string[];
  limits: ExchangeLimits;
  onUse?: ((use: ConnectionUse) => void) | undefined;
};

const HOSTS_REMEMBERED = 500;

/** Where OpenAI's and Anthropic's servers have these APIs, after the base URL. */
const PATHS: ReadonlyMap<ModelApi, string> = new Map([
  ['chat', '/chat/completions'],
  ['responses', '/responses'],
  ['embeddings', '/embeddings'],
  ['messages', '/messages'],
]);

/**
 * Organizations' own providers: HTTP servers that speak OpenAI's APIs. Connections to a host are kept
 * and shared. A name is resolved for each connection, and all of its addresses have to be public,
 * unless the deployment allows the host.
 */
export function createOwnProviders(settings: OwnProviderSettings) {
  const { secrets, privateHosts, limits, onUse } = settings;
  const hosts = new LRUCache<string, ReturnType<typeof createExchange>>({ max: HOSTS_REMEMBERED });

  function exchangeWith(url: URL): ReturnType<typeof createExchange> {
    const remembered = hosts.get(url.origin);
    if (remembered) return remembered;
    const isAllowed = isPrivateHost(url.href, privateHosts) ? isPrivateAddress : isPublicAddress;
    if (faultOfProviderUrl(url.href, privateHosts) || isForbiddenAddress(url, isAllowed)) {
      throw new LostAnswerError('unconnected', 'the provider has an address that is not allowed');
    }
    const exchange = createExchange(url, limits, { lookup: checkedLookup(isAllowed), onUse });
    hosts.set(url.origin, exchange);
    return exchange;
  }

  async function keyOf(secretArn: string, isRefused: boolean): Promise<string> {
    try {
      return await secrets.read(secretArn, isRefused);
    } catch (cause) {
      throw new LostAnswerError('unconnected', 'the key of the provider cannot be read', { cause });
    }
  }

  async function post(
    { baseUrl, secretArn }: ProviderAddress,
    request: ProviderRequest,
    isRefused = false,
  ): Promise<ProviderAnswer> {
    const url = new URL(baseUrl);
    const key = secretArn === undefined ? undefined : await keyOf(secretArn, isRefused);
    const answer = await exchangeWith(url)({
      path: url.pathname.replace(/\/$/, '') + pathOf(request),
      headers: headersOf(request, url, key),
      body: JSON.stringify(request.body),
    });
    return answerOf(answer);
  }

  return (address: ProviderAddress): ProviderClient => ({
    async send(request) {
      const answer = await post(address, request);
      if (answer.status >= 300 && answer.status < 400) return redirected(answer);
      if (answer.status !== 401 || address.secretArn === undefined) return answer;
      // The key may have been rotated since it was read.
      await answer.text();
      return post(address, request, true);
    },
  });
}

/** @throws LostAnswerError for an API that such providers do not have */
function pathOf({ api }: ProviderRequest): string {
  const path = PATHS.get(api);
  if (path === undefined) throw new LostAnswerError('unconnected', `no provider serves ${api}`);
  return path;
}

const headersOf = (
  { headers, isStreamed, api }: ProviderRequest,
  { host }: URL,
  key: string | undefined,
): Record<string, string> => ({
  ...headers,
  host,
  'content-type': 'application/json',
  accept: isStreamed ? 'text/event-stream' : 'application/json',
  'user-agent': 'purser',
  ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  ...(key !== undefined && api === 'messages' ? { 'x-api-key': key } : {}),
});

/** A provider that sends its callers elsewhere is set up wrongly. Nothing is sent there. */
async function redirected(answer: ProviderAnswer): Promise<ProviderAnswer> {
  await answer.text();
  const error = { message: `The provider answered ${answer.status} and named another address.` };
  const text = JSON.stringify({ error });
  return {
    status: 500,
    headers: { 'content-type': 'application/json' },
    text: () => Promise.resolve(text),
    async *events() {},
  };
}
