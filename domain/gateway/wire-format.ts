/** The APIs that providers of models serve. Each has a request, an answer and a stream of its own. */
export const MODEL_APIS = [
  'converse',
  'chat',
  'responses',
  'messages',
  'invoke',
  'embeddings',
] as const;
export type ModelApi = (typeof MODEL_APIS)[number];

/** A parsed JSON object, whose members are checked where they are read. */
export type JsonObject = { readonly [name: string]: unknown };

/**
 * One event of a streamed answer: of server-sent events, or one message of Amazon's event stream,
 * whose `:event-type` is `event` and whose payload is `data`.
 */
export type StreamEvent = { event?: string | undefined; data: string };

/** What is wrong with a client's request, by the field's path in the client's own body. */
export type Fault = { field: string; message: string };
