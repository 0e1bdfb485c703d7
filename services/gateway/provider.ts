import type { JsonObject, ModelApi, StreamEvent } from '../../domain/gateway/wire-format.ts';

/** What to send to a provider. */
export type ProviderRequest = {
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
 * @throws Error if there is no answer: nothing was connected, or it fell silent
 */
export type Provider = {
  send(request: ProviderRequest): Promise<ProviderAnswer>;
};
