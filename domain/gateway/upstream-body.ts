import { withMember } from './reading.ts';
import type { JsonObject, ModelApi } from './wire-format.ts';

/** The APIs that can serve each of the gateway's: itself, or Converse after a translation. */
export const SERVING_APIS: Record<ModelApi, readonly ModelApi[]> = {
  chat: ['chat', 'converse'],
  responses: ['responses', 'converse'],
  messages: ['messages', 'converse'],
  converse: ['converse'],
  invoke: ['invoke'],
  embeddings: ['embeddings'],
};

/**
 * A client's body as a provider of the same API gets it: with the provider's name of the model, and
 * asking for the usage that settles it.
 */
export function passedBody(
  api: ModelApi,
  body: JsonObject,
  { model, isStreamed }: { model: string; isStreamed: boolean },
): JsonObject {
  switch (api) {
    case 'chat': {
      const named = { ...body, model };
      return isStreamed ? withMember(named, 'stream_options.include_usage', true) : named;
    }
    case 'responses':
    case 'messages':
    case 'embeddings':
      return { ...body, model };
    case 'converse': {
      const { model: _, modelId: __, stream: ___, ...rest } = body;
      return rest;
    }
    case 'invoke':
      return body;
  }
}

/** Whether a chunk of a chat only tells the usage, which goes to clients that asked for it. */
export const isUsageChunk = (chunk: JsonObject): boolean =>
  Array.isArray(chunk['choices']) && chunk['choices'].length === 0 && chunk['usage'] != null;
