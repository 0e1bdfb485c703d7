import { errorEventOf, type StreamFormat } from '../../domain/gateway/envelopes.ts';
import { type Failure, failureOfProvider } from '../../domain/gateway/failure.ts';
import { type ProviderAnswer, StreamExceptionError } from '../../domain/gateway/provider-client.ts';
import { clientEvents } from '../../domain/gateway/client-tools/client-events.ts';
import { memberAt } from '../../domain/gateway/reading.ts';
import { unansweredFailure } from '../../domain/gateway/unanswered.ts';
import { isUsageChunk } from '../../domain/gateway/upstream-body.ts';
import { usageOf } from '../../domain/gateway/call-usage.ts';
import { createUsageMeter } from '../../domain/gateway/usage-meter.ts';
import type { StreamEvent } from '../../domain/gateway/wire-format.ts';
import { deliveryOf } from '../../domain/ledger/delivery.ts';
import { settleCall } from './close-call.ts';
import type { ClientAnswer } from './gateway-request.ts';
import { parsedObject } from '../../domain/gateway/provider-error.ts';
import type { GatewayDeps, OpenCall } from './open-call.ts';
import { translationFacts } from './translation-facts.ts';
import { costHeaders } from './whole-answer.ts';

/** Some proxies close a connection after a minute of silence. */
const PING_AFTER_MS = 15_000;

/**
 * Passes a stream on while it arrives, and drains it to its end even if the client has gone: only
 * there the provider says what it used. Then settles.
 */
export async function answerStreamed(
  deps: GatewayDeps,
  open: OpenCall,
  answer: ProviderAnswer,
  client: ClientAnswer,
): Promise<void> {
  const { endpoint, startedMs, hold, request } = open;
  client.begin(open.headers);
  const meter = createUsageMeter(endpoint.api);
  const stream = await drained(deps, open, { answer, client }, (event) => meter.see(event));
  const latencyMs = deps.now() - startedMs;
  const { firstEventMs } = stream;
  deps.router.note(endpoint, {
    kind: stream.isWhole ? 'ok' : 'failed',
    latencyMs,
    firstTokenMs: firstEventMs === undefined ? undefined : firstEventMs - startedMs,
  });
  const { model, region } = endpoint;
  const metered = meter.read();
  const usage = usageOf(metered, hold.entry.prediction);
  const server = { model, region, latencyMs };
  const settled = await settleCall(deps, request.call, hold.entry, {
    usage,
    server,
    finishReason: metered.finishReason,
    delivery: deliveryOf({ isWhole: stream.isWhole, isGone: client.isGone() }),
  });
  client.close(costHeaders(settled, hold));
}

type Drained = { isWhole: boolean; firstEventMs?: number };

/** Reads every event, and passes it on in the client's format. */
async function drained(
  { now }: Pick<GatewayDeps, 'now'>,
  open: OpenCall,
  { answer, client }: { answer: ProviderAnswer; client: ClientAnswer },
  see: (event: StreamEvent) => void,
): Promise<Drained> {
  const convert = converterOf(open);
  const stream: Drained = { isWhole: true };
  let pings = setInterval(() => client.ping(), PING_AFTER_MS);
  const send = (events: readonly StreamEvent[]): void => {
    for (const event of events) client.event(event);
    if (events.length === 0) return;
    clearInterval(pings);
    pings = setInterval(() => client.ping(), PING_AFTER_MS);
  };
  try {
    for await (const event of answer.events()) {
      stream.firstEventMs ??= now();
      see(event);
      send(convert.next(event));
    }
    send(convert.end());
  } catch (error) {
    stream.isWhole = false;
    for (const event of convert.fail(failureOf(error))) client.event(event, 'exception');
  } finally {
    clearInterval(pings);
  }
  return stream;
}

type Converter = {
  next(event: StreamEvent): readonly StreamEvent[];
  end(): readonly StreamEvent[];
  fail(failure: Failure): readonly StreamEvent[];
};

/** Turns a provider's events into the client's. */
function converterOf(open: OpenCall): Converter {
  const own = providersConverter(open);
  if (!open.plain) return own;
  const asClient = clientEvents(open.plain);
  return {
    next: (event) => own.next(event).flatMap(asClient),
    end: () => own.end().flatMap(asClient),
    fail: (failure) => own.fail(failure).flatMap(asClient),
  };
}

function providersConverter(open: OpenCall): Converter {
  const { request, translation, endpoint } = open;
  if (translation) return translation.stream(translationFacts(open));
  const isAsked = memberAt(request.body, 'stream_options.include_usage') === true;
  const isHidden = ({ data }: StreamEvent): boolean => {
    if (endpoint.api !== 'chat' || isAsked) return false;
    const chunk = parsedObject(data);
    return chunk !== undefined && isUsageChunk(chunk);
  };
  const { api } = request.wire;
  return {
    next: (event) => (isHidden(event) ? [] : [event]),
    end: () => [],
    fail: (failure) => [
      errorEventOf(api as StreamFormat, failure, { requestId: request.requestId }),
    ],
  };
}

/** Why a stream broke off. */
const failureOf = (error: unknown): Failure =>
  error instanceof StreamExceptionError
    ? failureOfProvider({ status: 500, name: error.exception, message: error.message })
    : unansweredFailure('broken');
