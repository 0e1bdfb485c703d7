import type { JsonObject, ModelApi } from '../domain/gateway/wire-format.ts';
import type { Provider, ProviderAnswer, ProviderRequest } from '../domain/gateway/provider.ts';
import { createExchange, type ExchangeAnswer, type ExchangeLimits } from './http/exchange.ts';
import { eventsOf } from './http/stream-events.ts';
import { environmentCredentials } from './json-service/client.ts';
import { type Credentials, createSigner } from './json-service/signature.ts';

export type BedrockSettings = {
  /** Replaces the address of every region. Default: as the environment says. */
  endpoint?: string | undefined;
  credentials?: (() => Promise<Credentials>) | undefined;
  limits?: Partial<ExchangeLimits>;
};

/** A model may think for minutes before its first token. */
const LIMITS: ExchangeLimits = {
  connectTimeoutMs: 3_000,
  silenceTimeoutMs: 280_000,
  maxSockets: 200,
};

/** Amazon Bedrock's runtime in every region, with the rights of the function's role. */
export function createBedrockRuntime(settings: BedrockSettings = {}): Provider {
  const regions = new Map<string, ReturnType<typeof connect>>();
  const { credentials = async () => environmentCredentials() } = settings;
  return {
    async send(request) {
      const connection = regions.get(request.region) ?? connect(request.region, settings);
      regions.set(request.region, connection);
      const { host, sign, exchange } = connection;
      const path = pathOf(request);
      const body = JSON.stringify(labeled(request));
      const headers = {
        ...request.headers,
        'content-type': 'application/json',
        accept: acceptOf(request),
        host,
        ...labelHeader(request),
      };
      const signed = sign({ path, headers, body }, await credentials(), Date.now());
      return answerOf(await exchange({ path, headers: signed, body }));
    },
  };
}

function connect(region: string, { endpoint, limits }: BedrockSettings) {
  const { AWS_ENDPOINT_URL_BEDROCK_RUNTIME: override } = process.env;
  const url = new URL(endpoint ?? override ?? `https://bedrock-runtime.${region}.amazonaws.com`);
  return {
    host: url.host,
    sign: createSigner({ service: 'bedrock', region }),
    exchange: createExchange(url, { ...LIMITS, ...limits }),
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
