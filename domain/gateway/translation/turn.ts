import type { JsonObject } from '../wire-format.ts';
import { isObject, textOf } from './reading.ts';

/** How long a cached prefix lives; absent for the provider's usual five minutes. */
export type CacheLife = '5m' | '1h';

/** A piece of a turn, between a client's format and Converse. */
export type Part =
  | { kind: 'text'; text: string }
  /** A whole block of Converse: an image, audio, a search result. */
  | { kind: 'media'; block: JsonObject }
  | { kind: 'document'; document: JsonObject; name: string }
  | { kind: 'reasoning'; block: JsonObject }
  | { kind: 'call'; id: string; name: string; input: JsonObject; field: string }
  | { kind: 'result'; id: string; content: readonly Part[]; isError: boolean; field: string }
  /** Everything before it is a prefix to cache. */
  | { kind: 'cache'; life?: CacheLife | undefined };
export type PartOf<Kind extends Part['kind']> = Extract<Part, { kind: Kind }>;

/** What one side says at a time, in the client's order. */
export type Turn = { role: 'user' | 'assistant'; parts: readonly Part[] };

/**
 * The cache point that a part of a client's request asks for: Anthropic's `cache_control`, which
 * clients of OpenAI's formats use too, or OpenAI's `prompt_cache_breakpoint`.
 */
export function cacheOf(part: JsonObject): PartOf<'cache'>[] {
  const control = part['cache_control'];
  if (isObject(control)) {
    return [{ kind: 'cache', life: textOf(control, 'ttl') === '1h' ? '1h' : lifeOf(control) }];
  }
  const breakpoint = part['prompt_cache_breakpoint'];
  if (!isObject(breakpoint)) return [];
  // OpenAI's lives are 30 minutes and more, which only the longer one covers.
  return [{ kind: 'cache', life: textOf(breakpoint, 'ttl') === undefined ? undefined : '1h' }];
}

const lifeOf = (control: JsonObject): CacheLife | undefined =>
  textOf(control, 'ttl') === '5m' ? '5m' : undefined;

export const cachePointOf = ({ life }: PartOf<'cache'>): JsonObject => ({
  cachePoint: { type: 'default', ...(life === undefined ? {} : { ttl: life }) },
});
