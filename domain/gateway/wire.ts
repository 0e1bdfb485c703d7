import type { ClientFamily } from './envelopes.ts';
import type { ModelApi } from './wire-format.ts';

/** How a client's format frames a streamed answer. */
export type Frames = 'server-sent events' | 'event stream';

/** A route of the gateway: the API that its clients speak. */
export type Wire = {
  /** Whose errors the clients understand. */
  family: ClientFamily;
  api: ModelApi;
  frames: Frames;
  /** Where a request says that it wants a stream; `always` and `never` are of the path. */
  streams: 'as the body says' | 'always' | 'never';
  /** Whether the path names the model, or the body. */
  model: 'path' | 'body';
};

const body = { frames: 'server-sent events', streams: 'as the body says', model: 'body' } as const;
const bedrock = { frames: 'event stream', family: 'bedrock', model: 'path' } as const;
const chat: Wire = { ...body, family: 'openai', api: 'chat' };

/** Every route that calls a model, by its path. */
export const WIRES = {
  '/v1/invocations': { ...body, family: 'purser', api: 'converse' },
  '/v1/chat/completions': chat,
  '/openai/v1/chat/completions': chat,
  '/openai/v1/responses': { ...body, family: 'openai', api: 'responses' },
  '/openai/v1/embeddings': { ...body, family: 'openai', api: 'embeddings', streams: 'never' },
  '/anthropic/v1/messages': { ...body, family: 'anthropic', api: 'messages' },
  '/bedrock/model/{modelId}/converse': { ...bedrock, api: 'converse', streams: 'never' },
  '/bedrock/model/{modelId}/converse-stream': { ...bedrock, api: 'converse', streams: 'always' },
  '/bedrock/model/{modelId}/invoke': { ...bedrock, api: 'invoke', streams: 'never' },
  '/bedrock/model/{modelId}/invoke-with-response-stream': {
    ...bedrock,
    api: 'invoke',
    streams: 'always',
  },
} as const satisfies Record<string, Wire>;
export type WirePath = keyof typeof WIRES;

/** The paths of all routes that call a model. */
export const WIRE_PATHS = Object.keys(WIRES) as WirePath[];

export const isWirePath = (path: string): path is WirePath => Object.hasOwn(WIRES, path);
