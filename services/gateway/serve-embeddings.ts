import {
  embeddedTokens,
  embeddingCalls,
  embeddingsAnswer,
  vectorsIn,
} from '../../domain/gateway/embeddings.ts';
import { parsedObject } from '../../domain/gateway/provider-error.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import { deliveryOf } from '../../domain/ledger/delivery.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { invalidField } from '../errors.ts';
import { releaseCall, settleCall, settleLostCall } from './close-call.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';
import type { HeldCall } from './reserve-call.ts';
import { type FailedCall, sendCall } from './send-call.ts';
import { CallFailedError, type GatewayDeps } from './open-call.ts';
import { costHeaders } from './whole-answer.ts';

type Embedding = {
  request: GatewayRequest;
  hold: HeldCall;
  endpoints: readonly [Endpoint, ...Endpoint[]];
  headers: Record<string, string>;
};

/** The bodies that embed a request. @throws ServiceError naming a field that the model cannot take */
export function embeddingBodies({ body }: GatewayRequest, model: string): JsonObject[] {
  const calls = embeddingCalls(body, model);
  if (!calls.ok) throw invalidField(calls.fault.field, calls.fault.message);
  return calls.bodies;
}

/**
 * Embeds texts with a model on Bedrock, as many calls as that takes, and settles what all of them
 * used, even if the last one fails.
 * @throws CallFailedError if a call fails
 */
export async function serveEmbeddings(
  deps: GatewayDeps,
  { request, hold, endpoints, headers }: Embedding,
  client: ClientAnswer,
): Promise<void> {
  const { entry } = hold;
  const startedMs = deps.now();
  const result = await embedAll(deps, request, entry, endpoints);
  const { inputTokens, failure } = result;
  if (failure && (failure.kind === 'lost' || inputTokens === 0)) {
    if (failure.kind === 'refused') await releaseCall(deps, entry);
    else {
      const { model, region } = failure.endpoint;
      const latencyMs = deps.now() - failure.startedMs;
      await settleLostCall(deps, request.call, entry, { model, region, latencyMs });
    }
    throw new CallFailedError(failure.failure, headers, { isCharged: failure.kind === 'lost' });
  }
  const { model, region } = result.endpoint;
  const settled = await settleCall(deps, request.call, entry, {
    usage: { counts: { inputTokens, outputTokens: 0 } },
    server: { model, region, latencyMs: deps.now() - startedMs },
    delivery: deliveryOf({ isWhole: !failure, isGone: client.isGone() }),
  });
  const all = { ...headers, ...costHeaders(settled, hold) };
  if (failure) throw new CallFailedError(failure.failure, all, { isCharged: true });
  const facts = { body: request.body, model: request.modelName, inputTokens };
  client.whole(200, all, JSON.stringify(embeddingsAnswer(result.vectors, facts)));
}

type Embedded = {
  vectors: number[][];
  inputTokens: number;
  endpoint: Endpoint;
  /** Why a call after those that were answered was not. */
  failure?: FailedCall;
};

async function embedAll(
  deps: GatewayDeps,
  request: GatewayRequest,
  entry: Entry,
  endpoints: readonly [Endpoint, ...Endpoint[]],
): Promise<Embedded> {
  const result: Embedded = { vectors: [], inputTokens: 0, endpoint: endpoints[0] };
  for (const body of embeddingBodies(request, endpoints[0].upstreamModel)) {
    const sent = await sendCall(deps, outgoing(request, entry, body), endpoints);
    if (sent.kind !== 'answered') return { ...result, failure: sent };
    const answer = parsedObject(await sent.answer.text()) ?? {};
    deps.router.note(sent.endpoint, { kind: 'ok', latencyMs: deps.now() - sent.startedMs });
    result.endpoint = sent.endpoint;
    result.vectors.push(...vectorsIn(answer));
    result.inputTokens += embeddedTokens(answer, sent.answer.headers) ?? 0;
  }
  return result;
}

const outgoing = ({ headers }: GatewayRequest, entry: Entry, body: JsonObject) => ({
  isStreamed: false,
  headers,
  labels: { purserReservationId: entry.entryId },
  payer: entry,
  bodyFor: () => body,
});
