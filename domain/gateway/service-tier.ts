import { ownValue } from '../own-value.ts';
import type { ServiceTier } from '../pricing/service-tier.ts';
import { memberAt } from './reading.ts';
import type { JsonObject, ModelApi } from './wire-format.ts';

type AskedTier = Extract<ServiceTier, 'flex' | 'priority'>;

/** Where an API names the tier. In the others a request has no choice that has a price. */
const PLACES: Partial<Record<ModelApi, string>> = {
  chat: 'service_tier',
  responses: 'service_tier',
  converse: 'serviceTier.type',
};
const WORDS: Readonly<Record<string, AskedTier>> = {
  flex: 'flex',
  priority: 'priority',
  fast: 'priority',
};

/** The tier that a request asks its provider for; `undefined` for the usual one. */
export function askedTier(api: ModelApi, body: JsonObject): AskedTier | undefined {
  const place = PLACES[api];
  const word = place === undefined ? undefined : memberAt(body, place);
  return typeof word === 'string' ? ownValue(WORDS, word) : undefined;
}
