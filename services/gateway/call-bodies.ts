import {
  type PlainRequest,
  plainRequest,
} from '../../domain/gateway/client-tools/plain-request.ts';
import { takenTools } from '../../domain/routing/taken-tools.ts';
import { HIDDEN_LIMIT_REASON, hiddenLimitOf } from '../../domain/gateway/hidden-limits.ts';
import { withOutputLimit } from '../../domain/gateway/output-limit.ts';
import { type Translation, translationTo } from '../../domain/gateway/translation/translation.ts';
import { passedBody } from '../../domain/gateway/upstream-body.ts';
import type { Fault, JsonObject, ModelApi } from '../../domain/gateway/wire-format.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import { invalidField } from '../errors.ts';
import type { GatewayRequest } from './gateway-request.ts';

/** A request's body in the API of each endpoint that may serve it. */
export type CallBodies = {
  /** The request for an endpoint that does not take all of its tools, if so. */
  plainFor: (endpoint: Endpoint) => PlainRequest | undefined;
  /** Why an endpoint's API cannot express the request, if so. */
  faultOf: (endpoint: Endpoint) => Fault | undefined;
  /** @throws ServiceError naming the field that the endpoint's API cannot express */
  bodyFor: (endpoint: Endpoint, maxOutputTokens: number) => JsonObject;
};

/** Translates a request once for each model that may serve it. */
export function callBodies({ wire, body: own, isStreamed }: GatewayRequest): CallBodies {
  const translations = new Map<string, ReturnType<Translation['request']>>();
  const plainRequests = new Map<string, PlainRequest | undefined>();
  const plainFor = (endpoint: Endpoint): PlainRequest | undefined => {
    const taken = wire.api === 'responses' ? takenTools(endpoint) : undefined;
    if (!taken) return undefined;
    const key = taken.join(' ');
    if (!plainRequests.has(key)) plainRequests.set(key, plainRequest(own, taken));
    return plainRequests.get(key);
  };
  const bodyOf = (endpoint: Endpoint): ReturnType<Translation['request']> => {
    const { api, upstreamModel } = endpoint;
    const body = plainFor(endpoint)?.body ?? own;
    if (api === wire.api) return passedOn(api, body);
    const fault = { field: 'model', message: `${upstreamModel} does not speak ${wire.api}` };
    const request = translations.get(upstreamModel) ??
      translationFor(wire.api, api)?.request(body, upstreamModel) ?? { ok: false, fault };
    translations.set(upstreamModel, request);
    return request;
  };
  return {
    plainFor,
    faultOf(endpoint) {
      const request = bodyOf(endpoint);
      return request.ok ? undefined : request.fault;
    },
    bodyFor(endpoint, maxOutputTokens) {
      const request = bodyOf(endpoint);
      if (!request.ok) throw invalidField(request.fault.field, request.fault.message);
      const { api, upstreamModel: model } = endpoint;
      const limited = withOutputLimit(api, request.body, maxOutputTokens, model);
      return passedBody(api, limited, { model, isStreamed });
    },
  };
}

/** A body that needs no translation, unless it would raise the output above what is held for it. */
function passedOn(api: ModelApi, body: JsonObject): ReturnType<Translation['request']> {
  const field = hiddenLimitOf(api, body);
  return field === undefined
    ? { ok: true, body }
    : { ok: false, fault: { field, message: HIDDEN_LIMIT_REASON } };
}

/** How a client's format is served by another API; `undefined` if it is the same. */
export const translationFor = (from: ModelApi, to: ModelApi): Translation | undefined =>
  to === 'converse' && (from === 'chat' || from === 'messages' || from === 'responses')
    ? translationTo(from)
    : undefined;
