import * as z from 'zod';
import type { ZodOpenApiOperationObject } from 'zod-openapi';
import { IDENTITY_HEADERS } from '../domain/gateway/client-identity.ts';
import type { ClientFamily } from '../domain/gateway/envelopes.ts';
import { SHORTENING_HEADERS } from '../domain/prompts/shortening.ts';
import { problem } from './problem.ts';
import { countTokensBody, invocationBody, WIRE_BODIES } from './wire-bodies.ts';

/** A route of the gateway. Its answers and errors have the shapes of its clients' own protocol. */
export type GatewayRoute = {
  method: 'GET' | 'POST';
  path: string;
  summary: string;
  family: ClientFamily;
  body?: z.ZodType;
  /** The media type of streamed answers, if the route streams. */
  stream?: 'text/event-stream' | 'application/vnd.amazon.eventstream';
};

const chat = {
  method: 'POST',
  summary: 'OpenAI Chat Completions, within the budgets that apply',
  family: 'openai',
  body: WIRE_BODIES.chat,
  stream: 'text/event-stream',
} as const;
const bedrock = { method: 'POST', family: 'bedrock' } as const;
const model = '/bedrock/model/{modelId}';
const events = 'application/vnd.amazon.eventstream';

/** Every route of the gateway by its operation id. On AWS they have a base URL of their own. */
export const GATEWAY_ROUTES = {
  createInvocation: {
    method: 'POST',
    path: '/v1/invocations',
    summary:
      'Bedrock Converse, within the budgets that apply. Takes the fields of an AI request as well',
    family: 'purser',
    body: invocationBody,
    stream: 'text/event-stream',
  },
  createChatCompletion: { ...chat, path: '/openai/v1/chat/completions' },
  createPlainChatCompletion: { ...chat, path: '/v1/chat/completions' },
  createResponse: {
    method: 'POST',
    path: '/openai/v1/responses',
    summary: 'OpenAI Responses, within the budgets that apply',
    family: 'openai',
    body: WIRE_BODIES.responses,
    stream: 'text/event-stream',
  },
  createEmbeddings: {
    method: 'POST',
    path: '/openai/v1/embeddings',
    summary: 'OpenAI Embeddings, within the budgets that apply',
    family: 'openai',
    body: WIRE_BODIES.embeddings,
  },
  listOpenAiModels: {
    method: 'GET',
    path: '/openai/v1/models',
    summary: "The models that OpenAI's clients may call, with their prices",
    family: 'openai',
  },
  getOpenAiModel: {
    method: 'GET',
    path: '/openai/v1/models/{model}',
    summary: "One model that OpenAI's clients may call",
    family: 'openai',
  },
  createMessage: {
    method: 'POST',
    path: '/anthropic/v1/messages',
    summary: 'Anthropic Messages, within the budgets that apply',
    family: 'anthropic',
    body: WIRE_BODIES.messages,
    stream: 'text/event-stream',
  },
  countMessageTokens: {
    method: 'POST',
    path: '/anthropic/v1/messages/count_tokens',
    summary: 'The input tokens of a message. Costs nothing, and no budget refuses it',
    family: 'anthropic',
    body: countTokensBody,
  },
  listAnthropicModels: {
    method: 'GET',
    path: '/anthropic/v1/models',
    summary: "The models that Anthropic's clients may call, with their prices",
    family: 'anthropic',
  },
  getAnthropicModel: {
    method: 'GET',
    path: '/anthropic/v1/models/{model}',
    summary: "One model that Anthropic's clients may call",
    family: 'anthropic',
  },
  converse: {
    ...bedrock,
    path: `${model}/converse`,
    summary: "Bedrock Converse for AWS's clients, with a key of Purser as their bearer token",
    body: WIRE_BODIES.converse,
  },
  converseStream: {
    ...bedrock,
    path: `${model}/converse-stream`,
    summary: "Bedrock ConverseStream for AWS's clients",
    body: WIRE_BODIES.converse,
    stream: events,
  },
  invokeModel: {
    ...bedrock,
    path: `${model}/invoke`,
    summary: "Bedrock InvokeModel for AWS's clients, with the model's own body",
    body: WIRE_BODIES.invoke,
  },
  invokeModelWithResponseStream: {
    ...bedrock,
    path: `${model}/invoke-with-response-stream`,
    summary: "Bedrock InvokeModelWithResponseStream for AWS's clients",
    body: WIRE_BODIES.invoke,
    stream: events,
  },
} as const satisfies Record<string, GatewayRoute>;

/** The tag of the gateway's routes in the OpenAPI document. */
export const GATEWAY_TAG = {
  name: 'Gateway',
  description:
    "Point a client of OpenAI, Anthropic or Amazon Bedrock at these routes. Bodies, streams and errors are those of the client's own protocol",
};

const message = z.string();

const ERRORS: Record<ClientFamily, { type: string; schema: z.ZodType }> = {
  openai: {
    type: 'application/json',
    schema: z.object({
      error: z.object({
        message,
        type: z.string(),
        param: z.string().nullable(),
        code: z.string(),
      }),
    }),
  },
  anthropic: {
    type: 'application/json',
    schema: z.object({
      type: z.literal('error'),
      error: z.object({ type: z.string(), message }),
      request_id: z.string(),
    }),
  },
  bedrock: { type: 'application/json', schema: z.object({ message }) },
  purser: { type: 'application/problem+json', schema: problem },
};

/** The headers of every answer to a call of a model. */
const ANSWER_HEADERS = z.object({
  'x-purser-reservation-id': z.string().optional(),
  'x-purser-model': z.string().optional(),
  'x-purser-decision': z.string().optional(),
  'x-purser-cost-usd': z.string().optional(),
  'x-purser-remaining-usd': z.string().optional(),
  'x-purser-max-tokens': z.string().optional(),
  'x-purser-removed': z.string().optional(),
  'x-purser-saved-tokens': z.string().optional(),
  'x-purser-saved-usd': z.string().optional(),
  'x-purser-dropped-messages': z.string().optional(),
  'x-purser-cache-saved-usd': z.string().optional(),
  'x-purser-cache': z.enum(['hit', 'miss']).optional(),
  'cache-status': z.string().optional(),
  age: z.string().optional(),
});

/** A route of the gateway in the OpenAPI document. */
export function gatewayOperation(
  operationId: string,
  { path, summary, family, body, stream }: GatewayRoute,
): ZodOpenApiOperationObject {
  const { type, schema } = ERRORS[family];
  const names = [...path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => name ?? []);
  const whole = { 'application/json': { schema: z.looseObject({}) } };
  return {
    operationId,
    tags: [GATEWAY_TAG.name],
    summary,
    description: body
      ? `Roles: caller, operator, admin; viewers may only count tokens. Headers such as \`x-purser-user\` say who pays: without them, the client's own members such as \`user\`, else the key.`
      : 'For every role.',
    security: [{ bearer: [] }, { apiKey: [] }],
    requestParams: {
      ...(names.length > 0
        ? { path: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) }
        : {}),
      ...(body
        ? {
            header: z.object(
              Object.fromEntries(
                [...Object.values(IDENTITY_HEADERS), 'x-purser-cache', ...SHORTENING_HEADERS].map(
                  (name) => [name, z.string().optional()],
                ),
              ),
            ),
          }
        : {}),
    },
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } }
      : {}),
    responses: {
      '200': {
        description: 'The answer of the model, or what was asked for',
        ...(body ? { headers: ANSWER_HEADERS } : {}),
        content: stream === undefined ? whole : { ...whole, [stream]: { schema: z.string() } },
      },
      '4XX': {
        description: "A refusal in the shape of the client's protocol",
        content: { [type]: { schema } },
      },
      default: {
        description: "An error in the shape of the client's protocol",
        content: { [type]: { schema } },
      },
    },
  };
}
