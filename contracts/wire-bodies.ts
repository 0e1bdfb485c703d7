import * as z from 'zod';
import type { ModelApi } from '../domain/gateway/wire-format.ts';
import { modelName } from './fields.ts';
import { refuseBesideTemplate, templateUse } from './template-use.ts';

/*
 * The members of clients' requests that Purser reads. All others are passed on as they are: every
 * release of a client may bring new ones.
 */

const anyObject = z.looseObject({});
const count = z.int().min(1).nullish();
const isStreamed = z.boolean().nullish();
const turn = z.looseObject({ role: z.string() });
const turns = z.array(turn).min(1);
const person = z.string().nullish();
const metadata = z.record(z.string(), z.unknown()).nullish();

export const chatBody = z.looseObject({
  model: modelName,
  messages: turns,
  stream: isStreamed,
  stream_options: z.looseObject({ include_usage: z.boolean().nullish() }).nullish(),
  max_tokens: count,
  max_completion_tokens: count,
  n: z.literal(1, 'must be 1. Send one request for each answer').nullish(),
  user: person,
  metadata,
});

export const responsesBody = z.looseObject({
  model: modelName,
  input: z.union([z.string(), z.array(anyObject)]),
  stream: isStreamed,
  max_output_tokens: count,
  user: person,
  metadata,
  prompt_cache_key: z.string().nullish(),
});

export const messagesBody = z.looseObject({
  model: modelName,
  messages: turns,
  max_tokens: z.int().min(1),
  stream: isStreamed,
  metadata,
});

export const countTokensBody = messagesBody.omit({ max_tokens: true });

const tokenIds = z.array(z.int().min(0));

export const embeddingsBody = z.looseObject({
  model: modelName,
  input: z.union([
    z.string(),
    z.array(z.string()).min(1),
    tokenIds.min(1),
    z.array(tokenIds).min(1),
  ]),
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: count,
  user: person,
});

const converse = {
  messages: turns.optional(),
  inferenceConfig: z.looseObject({ maxTokens: count }).nullish(),
};

/** Bedrock's own route, whose path names the model. */
export const converseBody = z.looseObject(converse);

/** Converse as Purser's own route takes it. `modelId` is another name of `model`. */
export const invocationBody = z
  .looseObject({
    ...converse,
    model: modelName.optional(),
    modelId: modelName.optional(),
    template: templateUse.optional(),
    stream: isStreamed,
  })
  .superRefine(refuseBesideTemplate);

/** A model's own body. */
export const invokeBody = anyObject;

/** The schemas of bodies, by the API of the route. */
export const WIRE_BODIES: Record<ModelApi, z.ZodType<Record<string, unknown>>> = {
  chat: chatBody,
  responses: responsesBody,
  messages: messagesBody,
  embeddings: embeddingsBody,
  converse: converseBody,
  invoke: invokeBody,
};
