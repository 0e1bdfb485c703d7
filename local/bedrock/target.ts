import type { IncomingHttpHeaders } from 'node:http';
import { region as defaultRegion } from '../template/resource-identity.ts';
import { BedrockFault } from './fault.ts';
import type { Api } from './model-call.ts';

/** What a path asks for. Bodies name the model in the APIs of OpenAI and Anthropic. */
export type Target = {
  api: Api;
  does: 'answer' | 'count';
  model?: string;
  /** Undefined where the body says it. */
  streams?: boolean;
};

const OPERATIONS = new Map<string, Omit<Target, 'model'>>([
  ['converse', { api: 'converse', does: 'answer', streams: false }],
  ['converse-stream', { api: 'converse', does: 'answer', streams: true }],
  ['invoke', { api: 'invoke', does: 'answer', streams: false }],
  ['invoke-with-response-stream', { api: 'invoke', does: 'answer', streams: true }],
  ['count-tokens', { api: 'invoke', does: 'count', streams: false }],
]);

const PATHS = new Map<string, Target>([
  ['/openai/v1/chat/completions', { api: 'chat', does: 'answer' }],
  ['/openai/v1/responses', { api: 'responses', does: 'answer' }],
  ['/anthropic/v1/messages', { api: 'messages', does: 'answer' }],
]);

/** What the request asks for, or `undefined` if the service has no such path. */
export function targetOf(method: string, url: string): Target | undefined {
  const path = url.split('?')[0] ?? '';
  if (method !== 'POST') return undefined;
  const [, model, name] = /^\/model\/([^/]+)\/([a-z-]+)$/.exec(path) ?? [];
  const operation = OPERATIONS.get(name ?? '');
  if (model !== undefined && operation !== undefined) {
    return { ...operation, model: decodeURIComponent(model) };
  }
  return PATHS.get(path);
}

/** Names the region of a request that is not signed for one. */
export const REGION_HEADER = 'x-bedrock-region';

/**
 * The region that a request is signed for. Checks that a signature or key is there, not whether it
 * is right. Throws a fault if the request has neither.
 */
export function regionOf(headers: IncomingHttpHeaders): string {
  const authorization = headers.authorization ?? '';
  const scope =
    /^AWS4-HMAC-SHA256 .*Credential=[^/,\s]+\/\d{8}\/([a-z0-9-]+)\/[a-z-]+\/aws4_request/;
  const region = scope.exec(authorization)?.[1];
  if (region !== undefined && /Signature=[0-9a-f]{64}/.test(authorization)) {
    checkSignedHeaders(authorization, headers);
    return region;
  }
  if (/^Bearer \S+/i.test(authorization) || headers['x-api-key'] !== undefined) {
    return String(headers[REGION_HEADER] ?? defaultRegion);
  }
  throw new BedrockFault('unauthenticated');
}

/** Bedrock refuses metadata in a header that the signature does not cover. */
function checkSignedHeaders(authorization: string, headers: IncomingHttpHeaders): void {
  const name = 'x-amzn-bedrock-request-metadata';
  const signed = /SignedHeaders=([^,\s]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  if (headers[name] !== undefined && !signed.includes(name)) {
    throw new BedrockFault(
      'accessDenied',
      `The header ${name} must be among the signed headers of the request.`,
    );
  }
}
