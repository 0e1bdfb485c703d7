import { variantOf } from './model-id.ts';
import type { Refusal } from './resolve-rate.ts';

const PRICES = '"inputUsdPerMillion", "outputUsdPerMillion"';

/** The request that sets members of a card, early enough for a given time. */
const requestOf = (model: string, members: string, atMs: number): string =>
  `PUT /v1/rate-cards/${encodeURIComponent(model)} (${members}, "effectiveFrom": "${new Date(atMs).toISOString()}" or earlier)`;

/**
 * Explains why a model had no price at a given time, and which request sets it. The request works
 * as described: its card begins early enough to price what was refused.
 */
export function whyUnpriced(model: string, { reason, card }: Refusal, atMs: number): string {
  const unknown = `the price of ${model} is unknown`;
  const set = (members: string): string => requestOf(model, members, atMs);
  switch (reason) {
    case 'unknown-model':
      return `${unknown}: set it with ${set(PRICES)}`;
    case 'variant-without-card': {
      const { model: base, variant } = variantOf(model) ?? { model, variant: '' };
      return `${unknown}: the suffix "${variant}" may change the price of ${base}; send ${base}, or set a price with ${set(PRICES)}`;
    }
    case 'profile-without-card':
      return `${unknown}: its name does not identify a model; name it with ${set('"sameAs"')}`;
    case 'throughput-without-card':
      return `${unknown}: it is billed by the hour and has no price per token; set one with ${set(PRICES)}`;
    case 'not-yet-in-force':
      return `${unknown} at this time, because its first rate card begins later: set it with ${set(PRICES)}`;
    case 'ended':
      return `the price of ${model} ended on ${dayOf(card?.effectiveUntilMs)}${card?.endReason === undefined ? '' : ` (${card.endReason})`}: use another model, or set a price with ${set(PRICES)}`;
    case 'no-fast-price':
      return `${unknown} in its fast mode: set it with ${set(`${PRICES}, "fastPercent"`)}`;
    case 'no-place-price':
      return `${unknown} in the place that served it: set it with ${set(`${PRICES}, "geographic"`)}`;
    case 'no-variant-price':
      return `${unknown} for images of this size and quality: set it with ${set('"imageVariants"')}`;
    case 'no-batch-price':
    case 'no-flex-price':
    case 'no-priority-price': {
      const tier = reason.slice('no-'.length, -'-price'.length);
      return `${unknown} in service tier ${tier}: set it with ${set(`${PRICES}, "${tier}Percent"`)}`;
    }
  }
}

/**
 * Explains that a model's card prices tokens but not a unit, and which request sets it. That request
 * states all prices, because a card of the organization replaces the whole built-in one.
 */
export const whyUnitUnpriced = (unit: string, model: string, atMs: number): string =>
  `the price of ${unit} is unknown with ${model}: set it with ${requestOf(model, `${PRICES}, "units"`, atMs)}`;

const dayOf = (atMs: number | undefined): string => new Date(atMs ?? 0).toISOString().slice(0, 10);
