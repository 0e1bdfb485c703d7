import type * as z from 'zod';
import { invocationBody, WIRE_BODIES } from '../../contracts/wire-bodies.ts';
import { modelName } from '../../contracts/fields.ts';
import { templateUse } from '../../contracts/template-use.ts';
import { invalidField } from '../../contracts/problem.ts';
import type { Caller } from '../../domain/access/caller.ts';
import { headerWish } from '../../domain/caching/cache-wish.ts';
import { isCodex } from '../../domain/gateway/codex.ts';
import { forwardedHeaders, type RequestHeaders } from '../../domain/gateway/client-identity.ts';
import { shorteningIn } from '../../domain/prompts/shortening.ts';
import type { Wire } from '../../domain/gateway/wire.ts';
import { askedTier } from '../../domain/gateway/service-tier.ts';
import type { JsonObject, ModelApi } from '../../domain/gateway/wire-format.ts';
import type { GatewayRequest } from '../../services/gateway/gateway-request.ts';
import { parsePart, readJsonBody } from '../edge/parse-request.ts';
import type { RestEvent } from '../edge/streamed-response.ts';
import { payerOf } from './payer.ts';

/** As much as API Gateway takes. */
const MAX_BODY_BYTES = 10 * 1024 * 1024;
const MAX_KEY_CHARACTERS = 255;

type Received = {
  caller: Caller;
  headers: RequestHeaders;
  requestId: string;
  nowMs: number;
};

/**
 * Reads a call of a model in the format of its route.
 * @throws ProblemError naming the field or header that is wrong, or what the key may not do
 */
export function readCall(
  wire: Wire,
  event: RestEvent,
  { caller, headers, requestId, nowMs }: Received,
): GatewayRequest {
  const body = readBody(schemaOf(wire), wire.api === 'invoke' ? asJson(event) : event);
  return {
    call: { ...caller, nowMs },
    wire,
    modelName: modelOf(wire, event, body),
    payer: tieredPayer(payerOf(caller, headers, body, wire.family === 'purser'), wire.api, body),
    body: wire.family === 'purser' ? converseOf(body) : body,
    headers: forwardedHeaders(headers),
    isStreamed: wire.streams === 'always' || (wire.streams !== 'never' && body['stream'] === true),
    isLimitedAsPredicted: isLimitedAsPredicted(headers),
    marksPrompts: marksPrompts(headers),
    isCodex: wire.family === 'openai' && isCodex(headers),
    ...cacheIn(headers),
    ...shorteningOf(headers),
    ...(wire.family === 'purser' ? templateIn(body) : {}),
    requestId,
    idempotencyKey: keyOf(headers),
  };
}

/**
 * Prices a request for the tier that it asks its provider for.
 * @throws ProblemError if it is a tier that no single call has
 */
function tieredPayer(
  payer: GatewayRequest['payer'],
  api: ModelApi,
  body: JsonObject,
): GatewayRequest['payer'] {
  const { serviceTier = askedTier(api, body) } = payer;
  if (serviceTier === undefined) return payer;
  if (serviceTier !== 'batch') return { ...payer, serviceTier };
  const way = 'send what can wait for a batch to POST /v1/jobs, with waitingUsdPerHour';
  throw invalidField('serviceTier', `must be standard, flex or priority; ${way}`);
}

/** The AWS SDK sends the body of InvokeModel as bytes of no type, unless its caller names one. */
const asJson = (event: RestEvent): RestEvent => ({
  ...event,
  headers: { ...event.headers, 'content-type': 'application/json' },
});

/**
 * A body that its schema has checked, as it was sent: what the schema does not know is passed on.
 * @throws ProblemError naming the field that is wrong
 */
export function readBody(schema: z.ZodType, event: RestEvent): JsonObject {
  const { body, isBase64Encoded } = event;
  const headers = Object.fromEntries(
    Object.entries(event.headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
  const parts = { headers, isBase64Encoded, ...(body === null ? {} : { body }) };
  const json = readJsonBody(parts, MAX_BODY_BYTES);
  parsePart(schema, json, 'body');
  return json as JsonObject;
}

const schemaOf = ({ family, api }: Wire): z.ZodType =>
  family === 'purser' ? invocationBody : WIRE_BODIES[api];

function modelOf(wire: Wire, event: RestEvent, body: JsonObject): string {
  const inPath = event.pathParameters?.['modelId'];
  const name = wire.model === 'path' ? inPath : (body['model'] ?? body['modelId']);
  if (name === undefined) throw invalidField('model', 'is missing');
  const parsed = modelName.safeParse(typeof name === 'string' ? decoded(name) : name);
  if (parsed.success) return parsed.data;
  throw invalidField('model', parsed.error.issues[0]?.message ?? 'is no name of a model');
}

/** A part of a path as it was meant: REST APIs leave parts encoded. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Purser's own fields are no part of Converse's body, and a text stands for a list of one text. */
export function converseOf(body: JsonObject): JsonObject {
  const { messages, system, prompt } = body;
  const own = Object.entries(body).filter(([name]) => CONVERSE_MEMBERS.has(name));
  const turns = prompt === undefined ? messages : [{ role: 'user', content: prompt }];
  return {
    ...Object.fromEntries(own),
    ...(Array.isArray(system) ? { system: system as unknown[] } : {}),
    messages: Array.isArray(turns) ? turns.map(withBlocks) : turns,
    ...limitOf(body),
    ...tierOf(body),
  };
}

/** What the body's schema has checked. */
function templateIn({ template }: JsonObject): Pick<GatewayRequest, 'template'> {
  return template === undefined ? {} : { template: templateUse.parse(template) };
}

function limitOf({ maxOutputTokens, inferenceConfig }: JsonObject): JsonObject {
  if (maxOutputTokens === undefined) return {};
  return { inferenceConfig: { maxTokens: maxOutputTokens, ...(inferenceConfig as object) } };
}

/** Bedrock's word for the tier of an AI request. */
function tierOf({ serviceTier }: JsonObject): JsonObject {
  const isAsked = serviceTier === 'flex' || serviceTier === 'priority';
  return isAsked ? { serviceTier: { type: serviceTier } } : {};
}

const withBlocks = (turn: unknown): unknown => {
  if (typeof turn !== 'object' || turn === null) return turn;
  const { content } = turn as { content?: unknown };
  return typeof content === 'string' ? { ...turn, content: [{ text: content }] } : turn;
};

const CONVERSE_MEMBERS = new Set([
  'inferenceConfig',
  'toolConfig',
  'guardrailConfig',
  'additionalModelRequestFields',
  'additionalModelResponseFieldPaths',
  'promptVariables',
  'requestMetadata',
  'performanceConfig',
  'outputConfig',
]);

export function isLimitedAsPredicted(headers: RequestHeaders): boolean {
  const limit = headers['x-purser-output-limit'];
  if (limit === undefined || limit === 'predicted') return limit !== undefined;
  throw invalidField('x-purser-output-limit', 'must be predicted, or left out');
}

export function marksPrompts(headers: RequestHeaders): boolean {
  const wish = headers['x-purser-prompt-cache'];
  if (wish === undefined || wish === 'auto') return wish !== undefined;
  throw invalidField('x-purser-prompt-cache', 'must be auto, or left out');
}

export function cacheIn(headers: RequestHeaders): Pick<GatewayRequest, 'cache'> {
  const text = headers['x-purser-cache'];
  if (text === undefined) return {};
  const read = headerWish(text);
  if (read.ok) return { cache: read.wish };
  throw invalidField('x-purser-cache', read.message);
}

export function shorteningOf(headers: RequestHeaders): Pick<GatewayRequest, 'shortening'> {
  const read = shorteningIn(headers);
  if (!read.ok) throw invalidField(read.field, read.message);
  return read.wish ? { shortening: read.wish } : {};
}

function keyOf(headers: RequestHeaders): string | undefined {
  const key = headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (key.length <= MAX_KEY_CHARACTERS && /^[\x21-\x7e]+$/.test(key)) return key;
  throw invalidField(
    'Idempotency-Key',
    `must be 1 to ${MAX_KEY_CHARACTERS} printable ASCII characters without blanks`,
  );
}
