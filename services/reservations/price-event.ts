import type { SentEvent, UsageEvent } from '../../contracts/usage.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { NanoUsd } from '../../domain/money.ts';
import { costOf, unpricedUnits } from '../../domain/pricing/rate.ts';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { resolveRate, type Unpriced } from '../../domain/pricing/resolve-rate.ts';
import { whyUnitUnpriced, whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import { servedTier } from '../../domain/provider-usage/served-tier.ts';
import type { FieldError } from '../errors.ts';
import { type ReadUsage, readGivenUsage } from './read-given-usage.ts';

/** A usage event with its price, and what the provider says that it charged. */
export type PricedEvent = {
  event: UsageEvent;
  costNanoUsd: NanoUsd;
  reportedNanoUsd?: NanoUsd | undefined;
  /** Set if the card does not state a price for the place of any part. */
  priceBasis?: 'dearest-known' | undefined;
};

/** Why an event is refused: its usage cannot be read, or something in it has no price. */
export type EventRefusal = FieldError & { cause: 'unread-usage' | 'no-price' };

/** An organization's cards of a model. */
export type CardsOf = (model: string) => readonly RateCard[] | undefined;

/** Reads an event's usage by the rules of its model's maker. @returns the field that is wrong */
export const readEvent = (sent: SentEvent): ReadUsage | FieldError =>
  readGivenUsage(sent, { model: sent.model });

/**
 * Reads and prices an event. Everything that its usage counts has a price, or the event is refused.
 * @param reading of `readEvent`; a rate card that says what the input includes has it read again
 * @returns the field that has no meaning or no price, and which of both
 */
export function priceEvent(
  sent: SentEvent,
  cardsOf: CardsOf,
  reading = readEvent(sent),
): PricedEvent | EventRefusal {
  const { usage: _, providerUsage, usageShape: __, ...rest } = sent;
  const { model, region, at: atMs, imageVariant } = sent;
  const inputIncludesCache = includesCache(sent, cardsOf);
  const read =
    inputIncludesCache === undefined
      ? reading
      : readGivenUsage(sent, { model, inputIncludesCache });
  if ('field' in read) return { ...read, cause: 'unread-usage' };
  const [unread] = read.unread;
  if (unread !== undefined) return { field: unread, message: UNKNOWN, cause: 'unread-usage' };
  const { served, parts, usage, reportedNanoUsd, reasoningOutputTokens } = read;
  if (sent.cacheHit === true) return { event: { ...rest, usage }, costNanoUsd: 0n };
  const tier = servedTier(sent.serviceTier, served.tier);
  let costNanoUsd = 0n;
  let priceBasis: PricedEvent['priceBasis'];
  for (const part of parts) {
    const name = part.model ?? model;
    const overrides = cardsOf(name);
    const { place, speed } = served;
    const asked = { model: name, region, place, tier, speed, imageVariant, atMs, overrides };
    const resolved = resolveRate(asked);
    if (!resolved.ok) {
      const field = name === model ? fieldOf(resolved.reason) : 'providerUsage';
      return { field, message: whyUnpriced(name, resolved, atMs), cause: 'no-price' };
    }
    const [unit] = unpricedUnits(part.usage, resolved.rate);
    if (unit !== undefined) {
      const field = providerUsage ? 'providerUsage' : `usage.${unit}`;
      return { field, message: whyUnitUnpriced(unit, name, atMs), cause: 'no-price' };
    }
    costNanoUsd += costOf(part.usage, resolved.rate);
    if (resolved.basis === 'dearest-known') priceBasis = resolved.basis;
  }
  const isPlain = parts.length === 1 && parts[0]?.model === undefined;
  const event: UsageEvent = {
    ...rest,
    usage,
    ...(providerUsage
      ? { reported: { finishReason: read.finishReason, reasoningOutputTokens } }
      : { reasoningOutputTokens }),
    ...(tier === undefined ? {} : { serviceTier: tier }),
    ...(served.place === undefined ? {} : { place: served.place }),
    ...(served.speed === 'fast' ? { speed: served.speed } : {}),
    ...(isPlain ? {} : { parts }),
  };
  return { event: withoutServedDefault(event, sent), costNanoUsd, reportedNanoUsd, priceBasis };
}

const UNKNOWN =
  'has no known meaning, so it cannot be priced. Leave it out if it is free, or send usage with what is billed';

/** An answer that says standard is the same event as one that says nothing. */
function withoutServedDefault(event: UsageEvent, sent: SentEvent): UsageEvent {
  if (event.serviceTier !== 'standard' || sent.serviceTier !== undefined) return event;
  const { serviceTier: _, ...rest } = event;
  return rest;
}

/** What an event's charge keeps of the terms that priced it. */
export function termsOf({
  serviceTier: tier,
  place,
  speed,
  imageVariant,
}: UsageEvent): Pick<Entry, 'serviceTier' | 'terms'> {
  const isPlain = (place ?? speed ?? imageVariant) === undefined;
  return {
    ...(tier === undefined || tier === 'standard' ? {} : { serviceTier: tier }),
    ...(isPlain ? {} : { terms: { tier, place, speed, imageVariant } }),
  };
}

const includesCache = ({ model, at: atMs }: SentEvent, cardsOf: CardsOf): boolean | undefined => {
  const resolved = resolveRate({ model, atMs, overrides: cardsOf(model) });
  return resolved.ok ? resolved.rate.inputIncludesCache : undefined;
};

function fieldOf(reason: Unpriced): string {
  switch (reason) {
    case 'no-batch-price':
    case 'no-flex-price':
    case 'no-priority-price':
      return 'serviceTier';
    case 'no-variant-price':
      return 'imageVariant';
    case 'no-fast-price':
    case 'no-place-price':
      return 'providerUsage';
    default:
      return 'model';
  }
}
