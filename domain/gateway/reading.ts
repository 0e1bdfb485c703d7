import { ownValue } from '../own-value.ts';
import type { TokenEstimate } from '../tokens/estimate-tokens.ts';
import { type CacheLife, type Content, contentOf, furtherInputOf } from './content.ts';
import type { JsonObject, ModelApi } from './wire-format.ts';

export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** What Purser needs to know of a client's request to a model. */
export type Reading = {
  /** The prompt's text, for counting and predicting. */
  messages: { role: Role; content: string }[];
  /** Input tokens of images and documents. */
  furtherInput: TokenEstimate;
  cacheLife?: CacheLife | undefined;
  /** The share of the text before the last mark for the cache; absent without one. */
  cacheShare?: number | undefined;
  /** As the client limits it. */
  maxOutputTokens?: number | undefined;
  /** Answers that the client asks for. Each has the maximum of output tokens. */
  answers: number;
};

/** Where each API has the parts of a prompt, and the limit of its output. */
export type Places = {
  system: readonly string[];
  messages: string;
  /** Schemas of tools and answers, which are part of the input. */
  schemas: readonly string[];
  maximum: readonly string[];
};

const PLACES: Record<Exclude<ModelApi, 'invoke'>, Places> = {
  converse: {
    system: ['system'],
    messages: 'messages',
    schemas: ['toolConfig', 'outputConfig', 'additionalModelRequestFields'],
    maximum: ['inferenceConfig.maxTokens'],
  },
  chat: {
    system: [],
    messages: 'messages',
    schemas: ['tools', 'functions', 'response_format', 'prediction'],
    maximum: ['max_completion_tokens', 'max_tokens'],
  },
  responses: {
    system: ['instructions'],
    messages: 'input',
    schemas: ['tools', 'text'],
    maximum: ['max_output_tokens'],
  },
  messages: {
    system: ['system'],
    messages: 'messages',
    schemas: ['tools', 'output_config', 'output_format', 'mcp_servers'],
    maximum: ['max_tokens'],
  },
  embeddings: { system: [], messages: 'input', schemas: [], maximum: [] },
};

/** The limits of output in the bodies that models take from InvokeModel. */
const INVOKE_MAXIMUM = [
  'max_tokens',
  'max_completion_tokens',
  'inferenceConfig.maxTokens',
  'inferenceConfig.max_new_tokens',
  'textGenerationConfig.maxTokenCount',
  'max_gen_len',
  'max_tokens_to_sample',
] as const;

/**
 * Reads a request in any wire format. The format's schema has checked the members that are read
 * here.
 */
export function readingOf(api: ModelApi, body: JsonObject): Reading {
  const { system, messages, schemas, maximum } = placesOf(api, body);
  const instructions = system.map((path) => part('system', memberAt(body, path)));
  const tools = schemas.map((path) => schemaPart(memberAt(body, path)));
  const turns = partsOf(memberAt(body, messages) ?? body);
  const parts = [...instructions, ...tools, ...turns].filter(
    ({ content }) => content.text !== '' || content.images + content.documentBytes > 0,
  );
  const whole = parts.map(({ content }) => content);
  const markOfAll = contentOf({ cache_control: body['cache_control'] }).cacheLife;
  const cacheLife = whole.reduce<CacheLife | undefined>(
    (longest, content) => (longest === '1h' ? longest : (content.cacheLife ?? longest)),
    markOfAll,
  );
  const limit = api === 'embeddings' ? 1 : limitAt(body, maximum);
  const answers = body['n'];
  return {
    messages: parts.flatMap(({ role, content }) =>
      content.text === '' ? [] : [{ role, content: content.text }],
    ),
    furtherInput: furtherInputOf(sumOf(whole)),
    ...(cacheLife === undefined
      ? {}
      : {
          cacheLife,
          cacheShare:
            markOfAll === undefined ? cacheShareOf([...tools, ...instructions, ...turns]) : 1,
        }),
    ...(limit === undefined ? {} : { maxOutputTokens: limit }),
    answers: typeof answers === 'number' && answers > 1 ? Math.ceil(answers) : 1,
  };
}

/** Where a body has the parts of its prompt. */
export const placesOf = (api: ModelApi, body: JsonObject): Places =>
  api === 'invoke' ? placesOfInvoke(body) : PLACES[api];

/** A model's own body: a chat where it has one, else all of it. */
const placesOfInvoke = (body: JsonObject): Places => ({
  system: Array.isArray(body['messages']) ? ['system'] : [],
  messages: Array.isArray(body['messages']) ? 'messages' : '',
  schemas: Array.isArray(body['messages']) ? ['tools', 'toolConfig'] : [],
  maximum: INVOKE_MAXIMUM,
});

const part = (role: Role, value: unknown) => ({ role, content: contentOf(value) });

/** Schemas count as they are written, with the names of their members. */
function schemaPart(value: unknown): ReturnType<typeof part> {
  const { cacheLife } = contentOf(value);
  const text = part('system', value === undefined ? '' : JSON.stringify(value));
  return cacheLife === undefined ? text : { ...text, content: { ...text.content, cacheLife } };
}

/** The share of the text up to the last part with a mark. @param parts in the order of the cache */
function cacheShareOf(parts: readonly { content: Content }[]): number {
  const last = parts.findLastIndex(({ content }) => content.cacheLife !== undefined);
  const lengths = parts.map(({ content }) => content.text.length);
  const total = sumOfAll(lengths);
  return total === 0 ? 1 : sumOfAll(lengths.slice(0, last + 1)) / total;
}

const sumOfAll = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0);

function partsOf(messages: unknown): ReturnType<typeof part>[] {
  if (!Array.isArray(messages)) return [part('user', messages)];
  return messages.map((message: unknown) => part(roleOf(message), message));
}

/** Who says a message of any format. */
export function roleOf(message: unknown): Role {
  if (typeof message !== 'object' || message === null) return 'user';
  const { role, type } = message as { role?: unknown; type?: unknown };
  if (role === 'assistant' || type === 'function_call' || type === 'reasoning') return 'assistant';
  if (role === 'system' || role === 'developer') return 'system';
  return role === 'tool' || role === 'function' || type === 'function_call_output'
    ? 'tool'
    : 'user';
}

const sumOf = (contents: readonly ReturnType<typeof contentOf>[]) => ({
  text: '',
  images: contents.reduce((sum, { images }) => sum + images, 0),
  documentBytes: contents.reduce((sum, { documentBytes }) => sum + documentBytes, 0),
});

function limitAt(body: JsonObject, paths: readonly string[]): number | undefined {
  for (const path of paths) {
    const limit = memberAt(body, path);
    if (typeof limit === 'number' && Number.isFinite(limit) && limit >= 1) return Math.floor(limit);
  }
  return undefined;
}

/** A member by its path, such as `inferenceConfig.maxTokens`; the empty path has none. */
export function memberAt(body: JsonObject, path: string): unknown {
  let value: unknown = path === '' ? undefined : body;
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = ownValue(value as JsonObject, name);
  }
  return value;
}

/** A copy with one member set. */
export function withMember(body: JsonObject, path: string, value: unknown): JsonObject {
  const [name = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...body, [name]: value };
  const inner = ownValue(body, name);
  const parent = typeof inner === 'object' && inner !== null ? (inner as JsonObject) : {};
  return { ...body, [name]: withMember(parent, rest.join('.'), value) };
}

/**
 * A copy without a member, or the same object if it has none. What held nothing else goes, too.
 * @param path `*` stands for every item of a list: `tools.*.strict`
 */
export const withoutMember = (body: JsonObject, path: string): JsonObject =>
  (without(body, path.split('.')) as JsonObject | undefined) ?? {};

function without(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return undefined;
  if (Array.isArray(value)) {
    if (name !== '*') return value;
    const items = value.map((item: unknown) => without(item, rest));
    return items.some((item, at) => item !== value[at]) ? items : value;
  }
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return value;
  const inner = ownValue(value as JsonObject, name);
  const left = without(inner, rest);
  if (left === inner) return value;
  const members = Object.entries(value).flatMap(([each, member]) =>
    each !== name ? [[each, member]] : left === undefined ? [] : [[each, left]],
  );
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}
