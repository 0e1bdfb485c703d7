import type { Failure } from '../../domain/gateway/failure.ts';
import type { PlainRequest } from '../../domain/gateway/client-tools/plain-request.ts';
import type { RawError } from '../../domain/gateway/provider-error.ts';
import type { Translation } from '../../domain/gateway/translation/translation.ts';
import type { Endpoint } from '../../domain/routing/endpoint.ts';
import type { ReserveDeps } from '../reservations/reservation-outcome.ts';
import type { CloseCallDeps } from './close-call.ts';
import type { GatewayRequest } from './gateway-request.ts';
import type { HeldCall } from './reserve-call.ts';
import type { PromptCaching } from './prompt-caching.ts';
import type { SendDeps } from './send-call.ts';

export type GatewayDeps = ReserveDeps &
  CloseCallDeps &
  SendDeps & { promptCaching: Pick<PromptCaching, 'marked'> };

/** A call that a provider has begun to answer, and everything that its answer needs. */
export type OpenCall = {
  request: GatewayRequest;
  hold: HeldCall;
  endpoint: Endpoint;
  startedMs: number;
  /** Translates the answer, if the provider speaks another API than the client. */
  translation: Translation | undefined;
  /** What the endpoint got instead of the client's request, if it does not take all of its tools. */
  plain: PlainRequest | undefined;
  /** Headers of every answer. */
  headers: Record<string, string>;
};

/** Why a call got no answer. Clients of the provider's own API get its error word for word. */
export class CallFailedError extends Error {
  override name = 'CallFailedError';
  readonly failure: Failure;
  readonly raw: RawError | undefined;
  readonly headers: Record<string, string>;
  /** Whether a provider may have worked on it, so that it is charged. */
  readonly isCharged: boolean;

  constructor(
    failure: Failure,
    headers: Record<string, string>,
    { raw, isCharged }: { raw?: RawError | undefined; isCharged: boolean },
  ) {
    super(failure.message);
    this.failure = failure;
    this.headers = headers;
    this.raw = raw;
    this.isCharged = isCharged;
  }
}
