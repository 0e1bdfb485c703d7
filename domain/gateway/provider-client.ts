import type { Unanswered } from './unanswered.ts';
import type { JsonObject, ModelApi, StreamEvent } from './wire-format.ts';

/** Who pays for a call, as far as a provider's bill may name it. */
export type Payer = { organizationId: string; departmentId?: string | undefined };

/** What to send to a provider. */
export type ProviderRequest = {
  payer?: Payer | undefined;
  /** The model as the provider names it. */
  model: string;
  region: string;
  api: ModelApi;
  isStreamed: boolean;
  /** Headers of the client that the provider understands, in lower case. */
  headers: Record<string, string>;
  body: JsonObject;
  /** Kept by the provider with the call, in its logs and bill. */
  labels: Record<string, string>;
};

/** A provider's answer: either all of it, or its events while they arrive. */
export type ProviderAnswer = {
  status: number;
  headers: Record<string, string>;
  /** The whole body. */
  text(): Promise<string>;
  /** The events of a streamed body. Rejects if the stream breaks. */
  events(): AsyncIterable<StreamEvent>;
};

/**
 * Sends requests to a provider of models. An answer with an error status is an answer.
 * @throws LostAnswerError if there is no answer
 */
export type ProviderClient = {
  send(request: ProviderRequest): Promise<ProviderAnswer>;
  /**
   * Counts the input tokens of a request in Anthropic's format, which costs nothing. Absent where the
   * provider cannot.
   * @returns `undefined` if it cannot for this model
   */
  countTokens?: (request: {
    model: string;
    region: string;
    body: JsonObject;
  }) => Promise<number | undefined>;
};

/** A stream that the provider ended with an error of its own. */
export class StreamExceptionError extends Error {
  override name = 'StreamExceptionError';
  /** Such as `throttlingException`. */
  readonly exception: string;

  constructor(exception: string, message: string) {
    super(message);
    this.exception = exception;
  }
}

/** There is no answer: no connection, nothing in time, or the connection broke. */
export class LostAnswerError extends Error {
  override name = 'LostAnswerError';
  readonly lost: Unanswered;

  constructor(lost: Unanswered, message: string, options?: ErrorOptions) {
    super(message, options);
    this.lost = lost;
  }
}

/** Why there is no answer. An error of unknown origin may have come after the request was sent. */
export const faultOf = (error: unknown): { status?: undefined; lost: Unanswered } => ({
  lost: error instanceof LostAnswerError ? error.lost : 'broken',
});
