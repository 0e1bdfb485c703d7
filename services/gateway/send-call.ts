import { setTimeout as sleep } from 'node:timers/promises';
import type { Bridged } from '../../domain/gateway/bridge.ts';
import { headersFor } from '../../domain/gateway/client-identity.ts';
import { type Failure, failureOfProvider } from '../../domain/gateway/failure.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import {
  mayBeBilled,
  mayRetry,
  outcomeKindOf,
  pauseBeforeRetryMs,
  type UpstreamFault,
} from '../../domain/routing/retry.ts';
import {
  type Payer,
  faultOf,
  type ProviderClient,
  type ProviderAnswer,
} from '../../domain/gateway/provider-client.ts';
import { type RawError, readProviderError } from '../../domain/gateway/provider-error.ts';
import type { CallBridge } from './call-bridge.ts';
import type { EndpointRouter } from '../routing/endpoint-router.ts';
import { unansweredFailure } from '../../domain/gateway/unanswered.ts';

export type SendDeps = {
  router: Pick<EndpointRouter, 'plan' | 'begin' | 'note' | 'flush'>;
  bridge: CallBridge;
  providerOf: (endpoint: Endpoint) => Promise<ProviderClient>;
  now: () => number;
};

export type OutgoingCall = {
  isStreamed: boolean;
  headers: Record<string, string>;
  labels: Record<string, string>;
  payer: Payer;
  /** The body for an endpoint's API. */
  bodyFor: (endpoint: Endpoint) => JsonObject;
};

/** How a call went before any of its answer was passed on. */
export type SentCall =
  | {
      kind: 'answered';
      endpoint: Endpoint;
      answer: ProviderAnswer;
      startedMs: number;
      /** What the provider would have refused, and did not get. */
      removed: readonly string[];
    }
  | FailedCall;

/**
 * `refused`: wherever it may be tried, so nothing is charged. `lost`: a provider may have worked on
 * it, so it may be charged.
 */
export type FailedCall = {
  kind: 'refused' | 'lost';
  failure: Failure;
  endpoint: Endpoint;
  startedMs: number;
  /** The words of the provider, if it answered. */
  raw?: RawError | undefined;
};

/**
 * Sends a call to the first endpoint that takes it. Tries the next one only where that is safe: if
 * the provider refused the call for reasons of its own, or was not reached at all.
 * @param endpoints at least one
 */
export async function sendCall(
  deps: SendDeps,
  call: OutgoingCall,
  [first, ...others]: readonly [Endpoint, ...Endpoint[]],
): Promise<SentCall> {
  let attempt = await tryEndpoint(deps, call, first);
  let failures = 0;
  for (const endpoint of others) {
    if (attempt.kind === 'answered' || !attempt.mayRetry) break;
    failures += 1;
    const pauseMs = pauseBeforeRetryMs(failures, {
      isSameEndpoint: endpoint === first,
      random: Math.random(),
    });
    if (pauseMs > 0) await sleep(pauseMs);
    attempt = await tryEndpoint(deps, call, endpoint);
  }
  return attempt;
}

type Attempt = SentCall & { mayRetry: boolean };

async function tryEndpoint(
  deps: SendDeps,
  call: OutgoingCall,
  endpoint: Endpoint,
): Promise<Attempt> {
  const { router, now } = deps;
  const startedMs = now();
  router.begin(endpoint);
  const ended = (fault: UpstreamFault) => {
    router.note(endpoint, { kind: outcomeKindOf(fault), latencyMs: now() - startedMs });
    const kind = mayBeBilled(fault) ? ('lost' as const) : ('refused' as const);
    return { kind, endpoint, startedMs, mayRetry: mayRetry(fault, { isBegun: false }) };
  };
  try {
    const { answer, refused, removed } = await sendBridged(deps, call, endpoint);
    if (!refused) {
      return { kind: 'answered', endpoint, answer, startedMs, removed, mayRetry: false };
    }
    const { raw, error } = refused;
    const fault = { status: error.status, name: error.name };
    return { failure: failureOfProvider(error), raw, ...ended(fault) };
  } catch (error) {
    const fault = faultOf(error);
    return { failure: unansweredFailure(fault.lost), ...ended(fault) };
  }
}

/** Sends a call to an endpoint, and again without what its provider does not know. */
async function sendBridged(
  { bridge, providerOf }: SendDeps,
  { bodyFor, ...call }: OutgoingCall,
  endpoint: Endpoint,
) {
  const { upstreamModel: model, region = '', api } = endpoint;
  const provider = await providerOf(endpoint);
  const sent = { headers: headersFor(api, call.headers), body: bodyFor(endpoint) };
  let request: Bridged = bridge.first(endpoint, sent);
  for (;;) {
    const { headers, body, removed } = request;
    const answer = await provider.send({ ...call, headers, body, model, region, api });
    const { status, headers: answerHeaders } = answer;
    if (status < 400) return { answer, removed };
    const refused = readProviderError({
      status,
      headers: answerHeaders,
      text: await answer.text(),
    });
    const refusal = status === 400 ? refused.error.message : '';
    const next = bridge.next(endpoint, sent, { request, refusal });
    if (!next) return { answer, removed, refused };
    request = next;
  }
}
