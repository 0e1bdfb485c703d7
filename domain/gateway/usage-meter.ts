import type { FinishReason } from '../ledger/request-traits.ts';
import { ownValue } from '../own-value.ts';
import { finishReasonIn } from '../provider-usage/finish-reason.ts';
import { contentOf } from './content.ts';
import { memberAt } from './reading.ts';
import type { JsonObject, ModelApi, StreamEvent } from './wire-format.ts';

/** What a stream of answers has said so far about what it used. */
export type Metered = {
  /** The provider's final report, in the shape of `readUsage`. */
  report?: JsonObject | undefined;
  /** What the provider reported before the end, such as its input. */
  early?: JsonObject | undefined;
  /** Why the model stopped, once it says so. */
  finishReason?: FinishReason | undefined;
  /** Characters of output that arrived. */
  outputCharacters: number;
};

export type UsageMeter = { see(event: StreamEvent): void; read(): Metered };

/** Watches a provider's stream for its usage. */
export function createUsageMeter(api: ModelApi): UsageMeter {
  const metered: Metered = { outputCharacters: 0 };
  const watch = WATCHERS[api];
  return {
    see({ event: name, data }) {
      const payload = parsed(data);
      if (!payload) return;
      watch(metered, payload, name);
      const event = chunkOf(payload) ?? payload;
      metered.finishReason = finishReasonIn(event) ?? metered.finishReason;
      metered.outputCharacters += outputIn(event).length;
    },
    read: () => metered,
  };
}

/** Where an event of any API has a part of the model's output. */
const OUTPUTS = [
  'delta',
  'start',
  'content_block',
  'choices.0.delta',
  'choices.1.delta',
  'contentBlockDelta.delta',
  'generation',
  'outputText',
] as const;

/** The output in an event, without what surrounds it. An event of Responses repeats it at its end. */
const outputIn = (event: JsonObject): string =>
  OUTPUTS.map((path) => contentOf(memberAt(event, path)).text).join('');

type Watcher = (metered: Metered, payload: JsonObject, event: string | undefined) => void;

const objectAt = (value: JsonObject, path: string): JsonObject | undefined => {
  const member = memberAt(value, path);
  return typeof member === 'object' && member !== null ? (member as JsonObject) : undefined;
};

const watchMessages: Watcher = (metered, payload) => {
  const { type } = payload;
  if (type === 'message_start') metered.early = objectAt(payload, 'message.usage');
  const usage = type === 'message_delta' ? objectAt(payload, 'usage') : undefined;
  if (!usage) return;
  const stated = Object.entries(usage).filter(([, value]) => value !== null);
  metered.report = { usage: { ...metered.early, ...Object.fromEntries(stated) } };
};

const watchChat: Watcher = (metered, payload) => {
  if (!objectAt(payload, 'usage')) return;
  const { usage, service_tier: tier } = payload;
  metered.report = { usage, ...(typeof tier === 'string' ? { service_tier: tier } : {}) };
};

const watchResponses: Watcher = (metered, payload) => {
  const response = objectAt(payload, 'response');
  if (response && objectAt(response, 'usage')) metered.report = response;
};

const watchConverse: Watcher = (metered, payload, event) => {
  if (event === 'metadata' && objectAt(payload, 'usage')) metered.report = payload;
};

/** Each chunk holds an event of the model's own API, and the last one Bedrock's own count. */
const watchInvoke: Watcher = (metered, payload) => {
  const inner = chunkOf(payload);
  if (!inner) return;
  watchMessages(metered, inner, undefined);
  const counts = objectAt(inner, 'amazon-bedrock-invocationMetrics');
  if (counts && !metered.report) metered.report = inner;
};

const WATCHERS: Record<ModelApi, Watcher> = {
  messages: watchMessages,
  chat: watchChat,
  responses: watchResponses,
  converse: watchConverse,
  invoke: watchInvoke,
  embeddings: () => undefined,
};

/** The event of the model's API in a chunk of an InvokeModel stream. */
function chunkOf(payload: JsonObject): JsonObject | undefined {
  const bytes = ownValue(payload, 'bytes');
  return typeof bytes === 'string' ? parsed(textOfBase64(bytes)) : undefined;
}

const textOfBase64 = (bytes: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(bytes), (byte) => byte.codePointAt(0) ?? 0));

function parsed(data: string): JsonObject | undefined {
  if (!data.startsWith('{')) return undefined;
  try {
    return JSON.parse(data) as JsonObject;
  } catch {
    return undefined;
  }
}
