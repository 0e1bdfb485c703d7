import { memberAt, withMember } from '../domain/gateway/reading.ts';
import type { JsonObject, ModelApi } from '../domain/gateway/wire-format.ts';
import { type Payer, requestOf } from './ai-request.ts';
import { metered } from './metered-response.ts';
import { lostBy, type OpenCall, openCall } from './open-call.ts';
import type { Purser } from './purser.ts';

type Fetch = (url: string | URL | Request, init?: RequestInit) => Promise<Response>;
type Options = {
  method: string;
  path: string;
  body?: JsonObject;
  signal?: AbortSignal | null;
  fetchOptions?: object;
};
/** The members of SDKs made by Stainless that all of their calls pass through. */
type Sdk = {
  fetch: Fetch;
  withOptions(options: object): Sdk;
  makeRequest(
    options: Options | Promise<Options>,
    retriesRemaining: number | null,
    retryOf?: string,
    ...more: unknown[]
  ): Promise<unknown>;
};

/** Which paths of an SDK spend, and which of its POST requests cost nothing. */
export type SdkPaths = { spending: ReadonlyMap<string, ModelApi>; free: RegExp };

/** Where a call finds its guard again in each attempt. */
const GUARD = Symbol('guard');
type Guarded = RequestInit & { [GUARD]?: { api: ModelApi; call: OpenCall; hidesUsage: boolean } };

/**
 * The same SDK client, whose calls spend under a reservation, with all of its helpers. Retries of the
 * SDK belong to one reservation. Refuses calls that may cost something and are not guarded.
 * @throws TypeError if the SDK is one that cannot be guarded
 */
export function guardSdk<Client extends object>(
  client: Client,
  paths: SdkPaths,
  { purser, payer }: { purser: Purser; payer: Payer },
): Client {
  const sdk = client as unknown as Sdk;
  if (typeof sdk.makeRequest !== 'function' || typeof sdk.fetch !== 'function') {
    throw new TypeError('This version of the SDK cannot be guarded. Use the gateway instead.');
  }
  const guarded = sdk.withOptions({ fetch: fetchGuarded(sdk.fetch, paths) });
  const send = guarded.makeRequest.bind(guarded);

  async function makeRequest(...given: Parameters<Sdk['makeRequest']>): Promise<unknown> {
    const [promised, retriesRemaining, retryOf, ...more] = given;
    const options = await promised;
    const path = pathOf(options.path);
    const api = paths.spending.get(path);
    const isFree = options.method !== 'post' || paths.free.test(path);
    if (retryOf !== undefined || isFree || options.signal?.aborted) {
      return send(options, retriesRemaining, retryOf, ...more);
    }
    if (!api) {
      throw new TypeError(`${path} is not guarded. Send it with the client itself.`);
    }
    const body = options.body ?? {};
    const call = await openCall(
      purser,
      requestOf(api, body, { model: String(body['model']), payer }),
    );
    const own = {
      ...options,
      body: bodyFor(api, payer.candidates ? { ...body, model: call.model } : body),
      fetchOptions: { ...options.fetchOptions, [GUARD]: { api, call, hidesUsage: !asks(body) } },
    };
    try {
      return await send(own, retriesRemaining, undefined, ...more);
    } catch (error) {
      await call.end();
      throw error;
    }
  }

  return Object.assign(guarded, {
    makeRequest,
    withOptions: (options: object) => guardSdk(sdk.withOptions(options), paths, { purser, payer }),
  }) as unknown as Client;
}

const USAGE = 'stream_options.include_usage';

const asks = (body: JsonObject): boolean => memberAt(body, USAGE) === true;

/** A stream of Chat Completions reports its usage only if it is asked to. */
const bodyFor = (api: ModelApi, body: JsonObject): JsonObject =>
  api === 'chat' && body['stream'] === true ? withMember(body, USAGE, true) : body;

const pathOf = (path: string): string => path.replace(/\?.*$/, '');

/** Watches each attempt of a guarded call. */
const fetchGuarded =
  (send: Fetch, { spending }: SdkPaths): Fetch =>
  async (url, init: Guarded = {}) => {
    const { [GUARD]: guard, ...rest } = init;
    if (!guard) {
      const path = new URL(url instanceof Request ? url.url : url).pathname;
      const spends = [...spending.keys()].some((each) => path.endsWith(each));
      if (spends && init.method === 'POST') throw new TypeError(`${path} has lost its guard.`);
      return send(url, init);
    }
    if (rest.signal?.aborted) return send(url, rest);
    try {
      const response = await send(url, rest);
      if (response.ok) return await metered(response, guard);
      guard.call.noteFailed({ status: response.status });
      return response;
    } catch (error) {
      guard.call.noteFailed({ lost: lostBy(error) });
      throw error;
    }
  };
