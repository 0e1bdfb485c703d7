import { codexBudgetHeaders } from '../../domain/gateway/codex.ts';
import { budgetHeaders } from '../../domain/gateway/budget-headers.ts';
import { type Reading, readingOf } from '../../domain/gateway/reading.ts';
import { isTooLong } from '../../domain/gateway/failure.ts';
import type { RawError } from '../../domain/gateway/provider-error.ts';
import { formatUsd } from '../../domain/money.ts';
import { BEDROCK, type Endpoint } from '../../domain/routing/endpoint.ts';
import { type CallBodies, callBodies, translationFor } from './call-bodies.ts';
import { type CallServer, releaseCall, settleLostCall } from './close-call.ts';
import type { ClientAnswer, GatewayRequest } from './gateway-request.ts';
import { CallFailedError, type GatewayDeps } from './open-call.ts';
import { marksText } from './prompt-caching.ts';
import { type HeldCall, reserveCall } from './reserve-call.ts';
import { routeCall } from './route-call.ts';
import { type FailedCall, sendCall, type SentCall } from './send-call.ts';
import { embeddingBodies, serveEmbeddings } from './serve-embeddings.ts';
import { answerStreamed } from './streamed-answer.ts';
import { answerWhole } from './whole-answer.ts';

/**
 * Serves a client's call of a model: holds its money, sends it, passes the answer on, and settles
 * what the provider reports, whether or not the client is still there.
 * @throws ServiceError if it is refused, and CallFailedError if no provider answers; in both cases
 *   nothing of an answer has been sent
 */
export async function serveCall(
  deps: GatewayDeps,
  given: GatewayRequest,
  client: ClientAnswer,
): Promise<void> {
  const plainBodies = callBodies(given);
  const route = await routeCall(deps, given, plainBodies, given.modelName);
  const { endpoints, dearest } = route;
  const embeds = given.wire.api === 'embeddings' && endpoints[0].provider === BEDROCK;
  // Refuses what the model cannot take before any money is held.
  if (embeds) embeddingBodies(given, endpoints[0].upstreamModel);
  const { model, region } = dearest;
  const { request, reading, bodies, told } = await markedCall(deps, given, plainBodies, dearest);
  const hold = await reserveCall(deps, request, {
    reading,
    model,
    region,
    servingRegion: endpoints[0].region,
  });
  const headers = { ...headersOf(request, hold, reading), ...told };
  if (embeds) {
    await serveEmbeddings(deps, { request, hold, endpoints, headers }, client);
    return;
  }
  const { entry, maxOutputTokens } = hold;
  const isMoved = entry.model !== model;
  // Another model may cache nothing, and refuse marks.
  const sentBodies = isMoved ? plainBodies : bodies;
  const send = async (): Promise<SentCall> => {
    const own = isMoved ? await routeCall(deps, request, plainBodies, entry.model) : route;
    const outgoing = {
      isStreamed: request.isStreamed,
      headers: request.headers,
      labels: { purserReservationId: entry.entryId },
      payer: entry,
      bodyFor: (endpoint: Endpoint) => sentBodies.bodyFor(endpoint, maxOutputTokens),
    };
    return sendCall(deps, outgoing, own.endpoints);
  };
  const sent = await send().catch(async (error: unknown) => {
    await releaseCall(deps, entry);
    throw error;
  });
  if (sent.kind !== 'answered') {
    if (sent.kind === 'refused') await releaseCall(deps, entry);
    else await settleLostCall(deps, request.call, entry, serverOf(sent, deps.now()));
    const isCharged = sent.kind === 'lost';
    throw new CallFailedError(sent.failure, headers, { raw: rawOf(sent, request), isCharged });
  }
  const { endpoint, startedMs, answer, removed } = sent;
  const translation = translationFor(request.wire.api, endpoint.api);
  const plain = sentBodies.plainFor(endpoint);
  const left = removedHeader([...removed, ...(plain?.removed ?? [])]);
  const all = { ...headers, ...endpointHeaders(endpoint), ...left };
  const open = { request, hold, endpoint, startedMs, translation, plain, headers: all };
  await (request.isStreamed
    ? answerStreamed(deps, open, answer, client)
    : answerWhole(deps, open, answer, client));
}

type MarkedCall = {
  request: GatewayRequest;
  reading: Reading;
  bodies: CallBodies;
  /** Tells the client where its prompt was marked. */
  told: Record<string, string>;
};

/** A request with marks for the provider's cache, if it asks for them and they pay. */
async function markedCall(
  { promptCaching }: Pick<GatewayDeps, 'promptCaching'>,
  given: GatewayRequest,
  plainBodies: CallBodies,
  { model, region }: Endpoint,
): Promise<MarkedCall> {
  const plainReading = readingOf(given.wire.api, given.body);
  const { request, marks } = await promptCaching.marked(given, plainReading, { model, region });
  const told: Record<string, string> = given.marksPrompts
    ? { 'x-purser-prompt-cache': marksText(marks) }
    : {};
  if (request === given) return { request, reading: plainReading, bodies: plainBodies, told };
  const reading = readingOf(request.wire.api, request.body);
  return { request, reading, bodies: callBodies(request), told };
}

/**
 * A refusal word for word, for clients of the provider's own API. Claude Code shortens its
 * conversation by a word of its own.
 */
function rawOf(sent: FailedCall, { wire }: GatewayRequest): RawError | undefined {
  if (sent.endpoint.api !== wire.api) return undefined;
  return wire.family === 'anthropic' && isTooLong(sent.failure) ? undefined : sent.raw;
}

/** API Gateway fails answers with more than 10 KB of headers. */
const MOST_REMOVED_CHARACTERS = 1_000;

const removedHeader = (removed: readonly string[]): Record<string, string> =>
  removed.length === 0
    ? {}
    : {
        'x-purser-removed': removed.map(encodeURI).join(', ').slice(0, MOST_REMOVED_CHARACTERS),
      };

/** What is known of a call before a provider answers. */
function headersOf(
  { wire, requestId, isCodex }: GatewayRequest,
  { entry, decision, maxOutputTokens, remainingNanoUsd, standings }: HeldCall,
  { maxOutputTokens: ownLimit = Infinity }: Reading,
): Record<string, string> {
  const { amountNanoUsd: ownNanoUsd } = entry;
  return {
    'x-purser-request-id': requestId,
    'x-purser-reservation-id': entry.entryId,
    'x-purser-model': entry.model,
    'x-purser-decision': decision,
    'x-purser-reserved-usd': formatUsd(entry.amountNanoUsd),
    ...(maxOutputTokens < ownLimit ? { 'x-purser-max-tokens': String(maxOutputTokens) } : {}),
    ...budgetHeaders(wire.family, standings, { ownNanoUsd, remainingNanoUsd }),
    ...(isCodex ? codexBudgetHeaders(standings, ownNanoUsd) : {}),
  };
}

const serverOf = (
  { endpoint, startedMs }: { endpoint: Endpoint; startedMs: number },
  nowMs: number,
): CallServer => ({
  model: endpoint.model,
  region: endpoint.region,
  latencyMs: nowMs - startedMs,
});

const endpointHeaders = ({ model, region }: Endpoint): Record<string, string> => ({
  'x-purser-model': model,
  ...(region === undefined ? {} : { 'x-purser-region': region }),
});
