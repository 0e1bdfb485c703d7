import type { ProviderError } from '../../domain/gateway/failure.ts';
import type { JsonObject } from '../../domain/gateway/wire-format.ts';
import type { ProviderAnswer } from '../../domain/gateway/provider-client.ts';

/** A provider's refusal, word for word, for clients that speak the provider's own API. */
export type RawError = { status: number; headers: Record<string, string>; text: string };

/** Headers of a provider's answer that its clients read. Its limits are not the client's. */
const PASSED = new Set(['content-type', 'retry-after', 'x-should-retry', 'x-amzn-errortype']);

/** What a provider's error answer says. */
export async function readError(
  answer: ProviderAnswer,
): Promise<{ raw: RawError; error: ProviderError }> {
  const text = await answer.text();
  const headers = Object.fromEntries(
    Object.entries(answer.headers).filter(([name]) => PASSED.has(name)),
  );
  const { status } = answer;
  const body = parsedObject(text);
  const named = answer.headers['x-amzn-errortype']?.split(':')[0];
  return {
    raw: { status, headers, text },
    error: {
      status,
      name: named,
      message: messageOf(body) ?? text.slice(0, 500),
      headers: retryHeaders(headers),
    },
  };
}

const retryHeaders = (headers: Record<string, string>): Record<string, string> =>
  headers['retry-after'] === undefined ? {} : { 'retry-after': headers['retry-after'] };

function messageOf(body: JsonObject | undefined): string | undefined {
  const error = body?.['error'];
  const inner = typeof error === 'object' && error !== null ? (error as JsonObject) : body;
  const message = inner?.['message'] ?? inner?.['Message'];
  return typeof message === 'string' ? message : undefined;
}

/** A JSON object in a text, or `undefined`. */
export function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : undefined;
  } catch {
    return undefined;
  }
}
