import { memberAt } from '../gateway/reading.ts';
import type { JsonObject, ModelApi } from '../gateway/wire-format.ts';
import type { CacheWish } from './cache-wish.ts';

/** Why a request is not answered from the cache, in one word for its answer's header. */
export type Bypass = 'temperature' | 'tools' | 'state';

const TEMPERATURES: Record<ModelApi, readonly string[]> = {
  chat: ['temperature'],
  responses: ['temperature'],
  messages: ['temperature'],
  embeddings: [],
  converse: ['inferenceConfig.temperature', 'additionalModelRequestFields.temperature'],
  invoke: [
    'temperature',
    'inferenceConfig.temperature',
    'textGenerationConfig.temperature',
    'options.temperature',
  ],
};

/** What a model may do, or have done for it, besides answering. */
const TOOLS = [
  'tools',
  'functions',
  'toolConfig',
  'mcp_servers',
  'web_search_options',
  'additionalModelRequestFields.tools',
  'additionalModelRequestFields.mcp_servers',
];

/** What the request refers to and does not contain, or leaves behind at the provider. */
const STATE = [
  'previous_response_id',
  'conversation',
  'prompt.id',
  'promptVariables',
  'container',
  'background',
  'store',
];

/** Why a request's answer is not meant to repeat; `undefined` if it is. */
export function bypassOf(api: ModelApi, body: JsonObject, wish: CacheWish): Bypass | undefined {
  const stated = TEMPERATURES[api].map((path) => memberAt(body, path)).filter(isGiven);
  const isAbsent = stated.length === 0 && api !== 'embeddings';
  if (stated.some((temperature) => temperature !== 0)) return 'temperature';
  if (isAbsent && !wish.takesDefaultTemperature) return 'temperature';
  if (!wish.takesTools && TOOLS.some((path) => isGiven(memberAt(body, path)))) return 'tools';
  return STATE.some((path) => isGiven(memberAt(body, path))) ? 'state' : undefined;
}

/** Whether a member says anything: null, false and empty lists say nothing. */
const isGiven = (value: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== false &&
  !(Array.isArray(value) && value.length === 0);
