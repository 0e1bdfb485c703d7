import type { JsonObject, ModelApi } from '../domain/gateway/wire-format.ts';
import type {
  Payer,
  ProviderClient,
  ProviderAnswer,
  ProviderRequest,
} from '../domain/gateway/provider-client.ts';
import {
  type ConnectionUse,
  createExchange,
  type ExchangeAnswer,
  type ExchangeLimits,
} from './http/exchange.ts';
import { eventsOf } from './http/stream-events.ts';
import { environmentCredentials } from './json-service/client.ts';
import { type Credentials, createSigner } from './json-service/signature.ts';

export type BedrockSettings = {
  /** Replaces the address of every region. Default: as the environment says. */
  endpoint?: string | undefined;
  /** By who pays for a call. Default, and where there are none: those of the function's role. */
  credentials?: ((payer: Payer | undefined) => Promise<Credentials | undefined>) | undefined;
  limits?: Partial<ExchangeLimits>;
  onUse?: ((use: ConnectionUse) => void) | undefined;
};

/** A model may think for minutes before its first token. */
const LIMITS: ExchangeLimits = {
  connectTimeoutMs: 3_000,
  silenceTimeoutMs: 280_000,
  maxSockets: 200,
};

/** Amazon Bedrock's runtime in every region, with the rights of the function's role. */
export function createBedrockRuntime(settings: BedrockSettings = {}): ProviderClient {
  const regions = new Map<string, ReturnType<typeof connect>>();
  const post = async (region: string, { path, headers, body, payer }: UnsignedPost) => {
    const connection = regions.get(region) ?? connect(region, settings);
    regions.set(region, connection);
    const { host, sign, exchange } = connection;
    const all = { ...headers, 'content-type': 'application/json', host };
    const credentials = (await settings.credentials?.(payer)) ?? environmentCredentials();
    const signed = sign({ path, headers: all, body }, credentials, Date.now());
    return answerOf(await exchange({ path, headers: signed, body }));
  };
  return {
    send: (request) =>
      post(request.region, {
        path: pathOf(request),
        headers: { ...request.headers, accept: acceptOf(request), ...labelHeader(request) },
        body: JSON.stringify(labeled(request)),
        payer: request.payer,
      }),

    async countTokens({ model, region, body }) {
      const answer = await post(region, {
        path: `/model/${encodeURIComponent(model)}/count-tokens`,
        headers: { accept: 'application/json' },
        body: JSON.stringify({ input: { invokeModel: { body: invokeBodyOf(body) } } }),
      });
      const text = await answer.text();
      if (answer.status !== 200) return undefined;
      const { inputTokens } = JSON.parse(text) as { inputTokens?: unknown };
      return typeof inputTokens === 'number' ? inputTokens : undefined;
    },
  };
}

type UnsignedPost = {
  path: string;
  headers: Record<string, string>;
  body: string;
  payer?: Payer | undefined;
};

/** A request of Anthropic's API as InvokeModel takes it, which needs a limit of output. */
function invokeBodyOf(request: JsonObject): string {
  const { model: _, stream: __, ...body } = request;
  const full = { max_tokens: 1, ...body, anthropic_version: 'bedrock-2023-05-31' };
  return Buffer.from(JSON.stringify(full)).toString('base64');
}

function connect(region: string, { endpoint, limits, onUse }: BedrockSettings) {
  const { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: override } = process.env;
  const url = new URL(endpoint ?? override ?? `https://bedrock-runtime.${region}.amazonaws.com`);
  return {
    host: url.host,
    sign: createSigner({ service: 'bedrock', region }),
    exchange: createExchange(url, { ...LIMITS, ...limits }, { onUse }),
  };
}

/** A provider's answer that reads the body once, either whole or by events. */
export const answerOf = ({ status, headers, body }: ExchangeAnswer): ProviderAnswer => ({
  status,
  headers,
  async text() {
    const parts: Uint8Array[] = [];
    for await (const part of body) parts.push(part);
    return Buffer.concat(parts).toString('utf8');
  },
  events: () => eventsOf(headers['content-type'] ?? '', body),
});

function pathOf({ api, model, isStreamed }: ProviderRequest): string {
  switch (api) {
    case 'converse':
      return `/model/${encodeURIComponent(model)}/${isStreamed ? 'converse-stream' : 'converse'}`;
    case 'invoke':
    case 'embeddings':
      return `/model/${encodeURIComponent(model)}/${isStreamed ? 'invoke-with-response-stream' : 'invoke'}`;
    case 'chat':
      return '/openai/v1/chat/completions';
    case 'responses':
      return '/openai/v1/responses';
    case 'messages':
      return '/anthropic/v1/messages';
  }
}

const acceptOf = ({ api, isStreamed }: ProviderRequest): string =>
  isStreamed && (api === 'chat' || api === 'responses' || api === 'messages')
    ? 'text/event-stream'
    : isStreamed
      ? 'application/vnd.amazon.eventstream'
      : 'application/json';

/** APIs whose bodies have a place for labels. The others take them in a header. */
const hasLabels = (api: ModelApi): boolean => api === 'converse';

/** Bedrock takes at most this many labels. The client's own come first. */
const MOST_LABELS = 16;

function labeled({ api, body, labels }: ProviderRequest): JsonObject {
  if (!hasLabels(api)) return body;
  const own = body['requestMetadata'];
  const kept = typeof own === 'object' && own !== null ? Object.entries(own) : [];
  const room = MOST_LABELS - Object.keys(labels).length;
  const requestMetadata = { ...Object.fromEntries(kept.slice(0, room)), ...labels };
  return { ...body, requestMetadata };
}

/** Bedrock refuses the header unless it is signed. */
const labelHeader = ({ api, labels }: ProviderRequest): Record<string, string> =>
  hasLabels(api) ? {} : { 'x-amzn-bedrock-request-metadata': JSON.stringify(labels) };
