import type { CacheLife } from '../gateway/content.ts';
import type { JsonObject, ModelApi } from '../gateway/wire-format.ts';
import { ownValue } from '../own-value.ts';
import type { CacheMark } from './prefix-history.ts';

/** The APIs whose requests can say what to cache. */
const MARKED_APIS: ReadonlySet<ModelApi> = new Set(['converse', 'messages', 'invoke', 'chat']);

/** Whether requests of an API can say what to cache. */
export const canMark = (api: ModelApi): boolean => MARKED_APIS.has(api);

/** Parts of a message after which no mark may stand. */
const UNMARKABLE = new Set(['thinking', 'redacted_thinking', 'reasoningContent', 'document']);

/**
 * A client's request with marks for the provider's cache, in the API's own way. Marks that have no place
 * are left out. The words of the prompt stay as they are.
 * @param leadingTurns how many system messages `messages` begins with, in formats that put them there
 */
export function markedBody(
  api: ModelApi,
  body: JsonObject,
  marks: readonly CacheMark[],
  leadingTurns: number,
): JsonObject {
  return marks.reduce((marked, { at, life }) => {
    if (at !== 'stable') return markTurn(api, marked, leadingTurns + at, life);
    return leadingTurns > 0
      ? markTurn(api, marked, leadingTurns - 1, life)
      : markInstructions(api, marked, life);
  }, body);
}

function markInstructions(api: ModelApi, body: JsonObject, life: CacheLife): JsonObject {
  const system = ownValue(body, 'system');
  const content = system === undefined ? undefined : markedContent(api, system, life);
  if (content !== undefined) return { ...body, system: content };
  if (api === 'converse') {
    const config = ownValue(body, 'toolConfig') as JsonObject | undefined;
    const tools = config && ownValue(config, 'tools');
    if (!Array.isArray(tools) || tools.length === 0) return body;
    return { ...body, toolConfig: { ...config, tools: [...(tools as unknown[]), point(life)] } };
  }
  const tools = ownValue(body, 'tools');
  if (!Array.isArray(tools) || !isObject(tools.at(-1))) return body;
  return { ...body, tools: [...tools.slice(0, -1), controlled(tools.at(-1) as object, life)] };
}

function markTurn(api: ModelApi, body: JsonObject, position: number, life: CacheLife): JsonObject {
  const messages = ownValue(body, 'messages');
  if (!Array.isArray(messages)) return body;
  const message: unknown = messages[position];
  if (!isObject(message)) return body;
  const content = markedContent(api, ownValue(message as JsonObject, 'content'), life);
  if (content === undefined) return body;
  return { ...body, messages: messages.with(position, { ...message, content }) };
}

/** Content with a mark at its end; `undefined` if there is no place for one. */
function markedContent(api: ModelApi, content: unknown, life: CacheLife): unknown[] | undefined {
  if (typeof content === 'string') {
    return content.trim() === '' || api === 'converse'
      ? undefined
      : [controlled({ type: 'text', text: content }, life)];
  }
  if (!Array.isArray(content)) return undefined;
  const last: unknown = content.at(-1);
  if (!isObject(last) || !mayPrecedeMark(last)) return undefined;
  return api === 'converse'
    ? [...(content as unknown[]), point(life)]
    : [...(content.slice(0, -1) as unknown[]), controlled(last, life)];
}

function mayPrecedeMark(part: object): boolean {
  const { type, text } = part as { type?: unknown; text?: unknown };
  if (typeof text === 'string') return text.trim() !== '';
  return !UNMARKABLE.has(String(type)) && !Object.keys(part).some((name) => UNMARKABLE.has(name));
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Five minutes need no word, which older models do not know. */
const point = (life: CacheLife): object => ({
  cachePoint: { type: 'default', ...(life === '1h' ? { ttl: life } : {}) },
});

const controlled = (part: object, life: CacheLife): object => ({
  ...part,
  cache_control: { type: 'ephemeral', ...(life === '1h' ? { ttl: life } : {}) },
});
