import {
  embeddedTokens,
  embeddingCalls,
  embeddingsAnswer,
  vectorsIn,
} from '../../domain/gateway/embeddings.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import { invalidField } from '../errors.ts';
import { releaseCall, settleCall } from './close-call.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';
import { parsedObject } from './provider-error.ts';
import type { HeldCall } from './reserve-call.ts';
import { sendCall, type SentCall } from './send-call.ts';
import { CallFailedError, type GatewayDeps } from './serve-call.ts';
import { costHeaders } from './whole-answer.ts';

type Embedding = {
  request: GatewayRequest;
  held: HeldCall;
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
  { request, held, endpoints, headers }: Embedding,
  client: ClientAnswer,
): Promise<void> {
  const { entry } = held;
  const startedMs = deps.now();
  const vectors: number[][] = [];
  let inputTokens = 0;
  let failed: Exclude<SentCall, { kind: 'answered' }> | undefined;
  let [served] = endpoints;
  for (const body of embeddingBodies(request, served.upstreamModel)) {
    const sent = await sendCall(deps, outgoing(request, entry.entryId, body), endpoints);
    if (sent.kind !== 'answered') {
      failed = sent;
      break;
    }
    const answer = parsedObject(await sent.answer.text()) ?? {};
    deps.router.note(sent.endpoint, { kind: 'ok', latencyMs: deps.now() - sent.startedMs });
    served = sent.endpoint;
    vectors.push(...vectorsIn(answer));
    inputTokens += embeddedTokens(answer, sent.answer.headers) ?? 0;
  }
  if (failed?.kind === 'refused' && inputTokens === 0) {
    await releaseCall(deps, entry);
    throw new CallFailedError(failed.failure, headers);
  }
  if (failed?.kind === 'lost') throw new CallFailedError(failed.failure, headers);
  const { model, region } = served;
  const usage = { estimate: { inputTokens, outputTokens: 0 } };
  const latencyMs = deps.now() - startedMs;
  const settled = await settleCall(deps, request.call, entry, usage, { model, region, latencyMs });
  const all = { ...headers, ...costHeaders(settled, held.remainingNanoUsd) };
  if (failed) throw new CallFailedError(failed.failure, all);
  const facts = { body: request.body, model: request.modelName, inputTokens };
  client.whole(200, all, JSON.stringify(embeddingsAnswer(vectors, facts)));
}

const outgoing = ({ headers }: GatewayRequest, reservationId: string, body: JsonObject) => ({
  isStreamed: false,
  headers,
  labels: { purserReservationId: reservationId },
  bodyFor: () => body,
});
