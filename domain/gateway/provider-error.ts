import type { ProviderError } from './failure.ts';
import { memberAt } from './reading.ts';
import type { JsonObject } from './wire-format.ts';

/** A provider's refusal, word for word, for clients that speak the provider's own API. */
export type RawError = { status: number; headers: Record<string, string>; text: string };

/** Headers of a refusal that a provider's clients read. Its limits are not the client's. */
const PASSED = new Set(['content-type', 'retry-after', 'x-should-retry', 'x-amzn-errortype']);

/** How much of an answer that is no JSON a message quotes. */
const QUOTED_CHARACTERS = 500;

/** What an error answer of a provider says. Names of headers are in lower case. */
export function readProviderError({ status, headers, text }: RawError): {
  raw: RawError;
  error: ProviderError;
} {
  const { 'retry-after': retryAfter, 'x-amzn-errortype': name } = headers;
  const message = messageOf(parsedObject(text)) ?? text.slice(0, QUOTED_CHARACTERS);
  return {
    raw: {
      status,
      text,
      headers: Object.fromEntries(Object.entries(headers).filter(([each]) => PASSED.has(each))),
    },
    error: {
      status,
      name: name?.split(':')[0],
      message,
      headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
    },
  };
}

function messageOf(body: JsonObject = {}): string | undefined {
  const messages = ['error.message', 'message', 'Message'].map((path) => memberAt(body, path));
  return messages.find((message) => typeof message === 'string');
}

/** The JSON object in a text, or `undefined`. */
export function parsedObject(text: string): JsonObject | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return undefined;
  }
}
