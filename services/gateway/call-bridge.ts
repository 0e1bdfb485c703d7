import { type Bridged, bridged, bridgedFurther, type Sent } from '../../domain/gateway/bridge.ts';
import { BEDROCK, type Endpoint } from '../../domain/routing/endpoint.ts';
import { createMemory } from '../memory.ts';

const MOST_REMEMBERED = 1_000;
const KEPT_MS = 10 * 60_000;
/** A request is sent once, and again after this many refusals. */
const MOST_REFUSALS = 4;

export type CallBridge = ReturnType<typeof createCallBridge>;

/**
 * Brings requests of Anthropic's clients into a form that Amazon Bedrock takes. What a model refused
 * is remembered for ten minutes, by the flags that a client sends, so that its next request is right
 * at once. Other providers get requests as they are.
 */
export function createCallBridge(now: () => number) {
  const memory = createMemory<readonly string[]>({ most: MOST_REMEMBERED, keptMs: KEPT_MS, now });
  return {
    /** The request as it is first sent. */
    first(endpoint: Endpoint, sent: Sent): Bridged {
      if (!isBridged(endpoint)) return { ...sent, removed: [] };
      const refusals = memory.get(keyOf(endpoint, sent)) ?? [];
      return refusals.reduce(
        (request, refusal) => bridgedFurther(request, refusal) ?? request,
        bridged(sent),
      );
    },

    /** The request after a refusal; `undefined` if there is nothing to leave out. */
    next(endpoint: Endpoint, sent: Sent, refused: { request: Bridged; refusal: string }) {
      if (!isBridged(endpoint)) return undefined;
      const key = keyOf(endpoint, sent);
      const refusals = memory.get(key) ?? [];
      if (refusals.length >= MOST_REFUSALS) return undefined;
      const request = bridgedFurther(refused.request, refused.refusal);
      if (request) memory.set(key, [...refusals, refused.refusal]);
      return request;
    },
  };
}

const isBridged = ({ provider, api }: Endpoint): boolean =>
  provider === BEDROCK && api === 'messages';

const keyOf = ({ upstreamModel }: Endpoint, { headers }: Sent): string =>
  JSON.stringify([upstreamModel, headers['anthropic-beta']]);
