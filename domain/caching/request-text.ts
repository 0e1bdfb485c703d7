import type { JsonObject, ModelApi } from '../gateway/wire-format.ts';

/** What decides an answer besides the client's body. */
export type RequestFacts = {
  api: ModelApi;
  /** The model by every provider that serves it to this organization. */
  services: readonly { provider: string; model: string; upstreamModel: string }[];
  /** Limits on what may serve it, such as its region. */
  limits: JsonObject;
  /** Headers that the provider gets. */
  headers: Readonly<Record<string, string>>;
  body: JsonObject;
};

/** Members that only say who asks, how the answer travels, or where the provider caches. */
const OUTSIDE: Record<ModelApi, readonly string[]> = {
  chat: ['user', 'safety_identifier', 'metadata', 'prompt_cache_key', 'prompt_cache_retention'],
  responses: [
    'user',
    'safety_identifier',
    'metadata',
    'prompt_cache_key',
    'prompt_cache_retention',
  ],
  messages: ['metadata', 'cache_control'],
  embeddings: ['user'],
  converse: ['requestMetadata'],
  invoke: ['metadata'],
};

/** The model counts as it is resolved, and whether it streams is part of the name. */
const ALWAYS_OUTSIDE = ['model', 'modelId', 'stream'];

/**
 * A request as one text: two requests have the same text if every answer to one is an answer to the
 * other. What is not known to make no difference, makes one: unknown members, the order of lists and
 * of the members of schemas, the form of Unicode. The order of other members, members that are null,
 * the form of a lone text, spelling of numbers and marks for the provider's cache make none.
 */
export function requestText({ api, services, limits, headers, body }: RequestFacts): string {
  const outside = new Set([...ALWAYS_OUTSIDE, ...OUTSIDE[api]]);
  const members = Object.entries(body).filter(
    ([name, value]) => !outside.has(name) && value !== null && value !== undefined,
  );
  return JSON.stringify([
    api,
    services.map(({ provider, model, upstreamModel }) => [provider, model, upstreamModel]),
    sorted(Object.entries(limits).filter(([, value]) => value !== undefined)),
    sorted(Object.entries(headers)),
    pairs(members, normalized),
  ]);
}

/** Below these, the order of members may change what a model writes: schemas, and input of tools. */
const ORDERED = new Set([
  'properties',
  'parameters',
  'input_schema',
  'inputSchema',
  'schema',
  'json_schema',
  'jsonSchema',
  '$defs',
  'definitions',
  'input',
  'json',
  'additionalModelRequestFields',
]);
const MARKS = new Set(['cache_control', 'cachePoint']);
const TEXTS = new Set(['text', 'input_text', 'output_text']);

function normalized(value: unknown, name?: string): unknown {
  const isContent = name === 'content' || name === 'system';
  if (Array.isArray(value)) {
    const items = value
      .filter((item: unknown) => !isMark(item))
      .map((item: unknown) => (isContent ? loneText(item) : undefined) ?? normalized(item));
    const [only] = items;
    return isContent && items.length === 1 && typeof only === 'string' ? only : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  return pairs(withoutMarks(value), normalized);
}

const withoutMarks = (value: object): [string, unknown][] =>
  Object.entries(value).filter(([member]) => !MARKS.has(member));

/** Names are lists of pairs, because they come from outside. */
function pairs(
  members: readonly [string, unknown][],
  of: (value: unknown, name: string) => unknown,
): unknown {
  return {
    of: sorted(members).map(([name, value]) => [
      name,
      ORDERED.has(name) && !isTurns(name, value) ? asSent(value) : of(value, name),
    ]),
  };
}

/** The conversation of OpenAI's Responses has the name of what a tool gets. */
const isTurns = (name: string, value: unknown): boolean => name === 'input' && Array.isArray(value);

/** With the order of its members. */
function asSent(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asSent);
  if (typeof value !== 'object' || value === null) return value;
  return { in: Object.entries(value).map(([name, member]) => [name, asSent(member)]) };
}

/** The text of a part that has nothing else; OpenAI and Anthropic name its type, Converse does not. */
function loneText(part: unknown): string | undefined {
  if (typeof part !== 'object' || part === null || Array.isArray(part)) return undefined;
  const members = withoutMarks(part);
  const text = members.find(([name]) => name === 'text')?.[1];
  const others = members.filter(([name]) => name !== 'text');
  const isPlain = others.every(
    ([name, value]) => name === 'type' && typeof value === 'string' && TEXTS.has(value),
  );
  return isPlain && typeof text === 'string' ? text : undefined;
}

const isMark = (item: unknown): boolean =>
  typeof item === 'object' &&
  item !== null &&
  !Array.isArray(item) &&
  Object.keys(item).length > 0 &&
  Object.keys(item).every((name) => MARKS.has(name));

const sorted = <Value>(members: readonly [string, Value][]): [string, Value][] =>
  members.toSorted(([left], [right]) => (left < right ? -1 : 1));
