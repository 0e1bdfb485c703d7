import type { Telemetry } from '../../contracts/telemetry.ts';
import { budgetHeaders } from '../../domain/gateway/budget-headers.ts';
import type { Failure } from '../../domain/gateway/failure.ts';
import { withOutputLimit } from '../../domain/gateway/output-limit.ts';
import { readingOf } from '../../domain/gateway/reading.ts';
import { type Translation, translationTo } from '../../domain/gateway/translation/translation.ts';
import { passedBody, SERVING_APIS } from '../../domain/gateway/upstream-body.ts';
import type { Fault, JsonObject, ModelApi } from '../../domain/gateway/wire-format.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { formatUsd } from '../../domain/money.ts';
import { BEDROCK, type Endpoint } from '../../domain/routing/endpoint.ts';
import type { ReserveDeps } from '../reservations/reservation-outcome.ts';
import { invalidField, notFound, type ServiceError } from '../errors.ts';
import type { EndpointPlan } from '../routing/endpoint-router.ts';
import { type CloseCallDeps, releaseCall } from './close-call.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';
import type { RawError } from './provider-error.ts';
import { type HeldCall, reserveCall } from './reserve-call.ts';
import { type SendDeps, sendCall } from './send-call.ts';
import { embeddingBodies, serveEmbeddings } from './serve-embeddings.ts';
import { answerStreamed } from './streamed-answer.ts';
import { answerWhole } from './whole-answer.ts';

export type GatewayDeps = ReserveDeps & CloseCallDeps & SendDeps & { telemetry: Telemetry };

/** A call that a provider has begun to answer, and everything that its answer needs. */
export type OpenCall = {
  request: GatewayRequest;
  held: HeldCall;
  endpoint: Endpoint;
  startedMs: number;
  /** Translates the answer, if the provider speaks another API than the client. */
  translation: Translation | undefined;
  /** Headers of every answer. */
  headers: Record<string, string>;
};

/** Why a call got no answer. Clients of the provider's own API get its error word for word. */
export class CallFailedError extends Error {
  override name = 'CallFailedError';
  readonly failure: Failure;
  readonly raw: RawError | undefined;
  readonly headers: Record<string, string>;

  constructor(failure: Failure, headers: Record<string, string>, raw?: RawError) {
    super(failure.message);
    this.failure = failure;
    this.headers = headers;
    this.raw = raw;
  }
}

/**
 * Serves a client's call of a model: holds its money, sends it, passes the answer on, and settles
 * what the provider reports, whether or not the client is still there.
 * @throws ServiceError if it is refused, and CallFailedError if no provider answers; in both cases
 *   nothing of an answer has been sent
 */
export async function serveCall(
  deps: GatewayDeps,
  request: GatewayRequest,
  client: ClientAnswer,
): Promise<void> {
  const { call, wire, payer, body } = request;
  const bodies = bodiesOf(request);
  const plan = async (model: string) => {
    const routed = await deps.router.plan(call, {
      model,
      apis: SERVING_APIS[wire.api],
      sessionKey: payer.sessionId,
      severity: payer.severity,
      region: payer.region,
    });
    if (!routed.ok) throw notServed(model, request.wire.api, routed);
    const { endpoints, dearest } = routed;
    return { dearest, endpoints: servable(endpoints, bodies, model) };
  };
  const asNamed = await plan(request.modelName);
  const { dearest, endpoints: named } = asNamed;
  const [first] = named;
  // Refuses what the model cannot take before any money is held.
  const embeds = wire.api === 'embeddings' && first.provider === BEDROCK;
  if (embeds) embeddingBodies(request, first.upstreamModel);
  const held = await reserveCall(deps, request, {
    reading: readingOf(wire.api, body),
    model: dearest.model,
    region: dearest.region,
  });
  const { entry, maxOutputTokens } = held;
  const headers = headersOf(request, held);
  if (embeds) {
    await serveEmbeddings(deps, { request, held, endpoints: named, headers }, client);
    return;
  }
  const sent = await orRelease(deps, entry, async () => {
    const { endpoints } = entry.model === dearest.model ? asNamed : await plan(entry.model);
    const outgoing = {
      isStreamed: request.isStreamed,
      headers: request.headers,
      labels: { purserReservationId: entry.entryId },
      bodyFor: (endpoint: Endpoint) => bodies.bodyFor(endpoint, maxOutputTokens),
    };
    return sendCall(deps, outgoing, endpoints);
  });
  if (sent.kind !== 'answered') {
    if (sent.kind === 'refused') await releaseCall(deps, entry);
    const isOwnApi = sent.kind === 'refused' && sent.endpoint.api === wire.api;
    throw new CallFailedError(sent.failure, headers, isOwnApi ? sent.raw : undefined);
  }
  const open: OpenCall = {
    request,
    held,
    endpoint: sent.endpoint,
    startedMs: sent.startedMs,
    translation: translationFor(wire.api, sent.endpoint.api),
    headers: {
      ...headers,
      'x-purser-model': sent.endpoint.model,
      ...(sent.endpoint.region === undefined ? {} : { 'x-purser-region': sent.endpoint.region }),
    },
  };
  await (request.isStreamed
    ? answerStreamed(deps, open, sent.answer, client)
    : answerWhole(deps, open, sent.answer, client));
}

/** Releases a call's money if the call was not even sent. */
async function orRelease<Value>(
  deps: GatewayDeps,
  entry: Entry,
  send: () => Promise<Value>,
): Promise<Value> {
  try {
    return await send();
  } catch (error) {
    await releaseCall(deps, entry);
    throw error;
  }
}

type Bodies = {
  /** Why an endpoint's API cannot express the request, if so. */
  faultOf(endpoint: Endpoint): Fault | undefined;
  bodyFor(endpoint: Endpoint, maxOutputTokens: number): JsonObject;
};

/** A request's body in the API of each endpoint that may serve it. */
function bodiesOf({ wire, body, isStreamed }: GatewayRequest): Bodies {
  const translated = new Map<string, ReturnType<Translation['request']>>();
  const bodyOf = ({ api, upstreamModel }: Endpoint): ReturnType<Translation['request']> => {
    if (api === wire.api) return { ok: true, body };
    const fault = { field: 'model', message: `${upstreamModel} does not speak ${wire.api}` };
    const request = translated.get(upstreamModel) ??
      translationFor(wire.api, api)?.request(body, upstreamModel) ?? { ok: false, fault };
    translated.set(upstreamModel, request);
    return request;
  };
  return {
    faultOf(endpoint) {
      const request = bodyOf(endpoint);
      return request.ok ? undefined : request.fault;
    },
    bodyFor(endpoint, maxOutputTokens) {
      const request = bodyOf(endpoint);
      if (!request.ok) throw invalidField(request.fault.field, request.fault.message);
      const { api, upstreamModel: model } = endpoint;
      const limited = withOutputLimit(api, request.body, maxOutputTokens);
      return passedBody(api, limited, { model, isStreamed });
    },
  };
}

/**
 * The endpoints whose API can express the request.
 * @throws ServiceError `invalid-request` naming the field that none can take
 */
function servable(
  endpoints: readonly Endpoint[],
  { faultOf }: Bodies,
  model: string,
): [Endpoint, ...Endpoint[]] {
  const [first, ...others] = endpoints.filter((endpoint) => !faultOf(endpoint));
  if (first) return [first, ...others];
  const [refusing] = endpoints;
  const fault = refusing && faultOf(refusing);
  throw invalidField(fault?.field ?? 'model', fault?.message ?? `${model} has no endpoint`);
}

const translationFor = (from: ModelApi, to: ModelApi): Translation | undefined =>
  to === 'converse' && (from === 'chat' || from === 'messages') ? translationTo(from) : undefined;

function headersOf({ wire, requestId, body }: GatewayRequest, held: HeldCall) {
  const { entry, decision, maxOutputTokens, remainingNanoUsd, standings } = held;
  const own = readingOf(wire.api, body).maxOutputTokens;
  const isCut = own !== undefined && maxOutputTokens < own;
  return {
    'x-purser-request-id': requestId,
    'x-purser-reservation-id': entry.entryId,
    'x-purser-model': entry.model,
    'x-purser-decision': decision,
    'x-purser-reserved-usd': formatUsd(entry.amountNanoUsd),
    ...(isCut || own === undefined ? { 'x-purser-max-tokens': String(maxOutputTokens) } : {}),
    ...budgetHeaders(wire.family, standings, remainingNanoUsd),
  };
}

/** Why nobody can serve a call. */
function notServed(
  model: string,
  api: ModelApi,
  refused: Extract<EndpointPlan, { ok: false }>,
): ServiceError {
  switch (refused.reason) {
    case 'unknown-model': {
      const names = refused.near.length > 0 ? ` Did you mean ${refused.near.join(' or ')}?` : '';
      return notFound(`No provider serves the model ${model} here.${names}`);
    }
    case 'api-not-served':
      return invalidField('model', `${model} cannot be called by ${api}; use another route`);
    case 'region-not-served':
      return invalidField('model', `${model} is not served in the regions that the request allows`);
  }
}
