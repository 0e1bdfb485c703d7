import type { PutRateCardBody } from '../../contracts/rate-card-input.ts';
import type { Call } from '../../domain/access/caller.ts';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import { modelStem, type Place } from '../../domain/pricing/model-id.ts';
import type { Units } from '../../domain/pricing/rate.ts';
import {
  type PriceList,
  type Prices,
  type RateCard,
  UNNAMED_SOURCE,
} from '../../domain/pricing/rate-card.ts';
import { resolveRate } from '../../domain/pricing/resolve-rate.ts';
import { whyUnpriced } from '../../domain/pricing/why-unpriced.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import { cardAttribute, type RateCardStore } from '../../tables/rate-cards.ts';
import { invalidField } from '../errors.ts';

export type SetRateCardDeps = {
  rateCards: Pick<RateCardStore, 'get' | 'putWrite'>;
  audit: Pick<AuditLog, 'change'>;
};

/**
 * Sets a model's price for an organization from a given time and records who did it. Replaces a
 * card with the same start; earlier cards still price what was reserved under them.
 */
export async function setRateCard(
  { rateCards, audit }: SetRateCardDeps,
  { organizationId, actor, nowMs }: Call,
  model: string,
  body: PutRateCardBody,
): Promise<RateCard> {
  const effectiveFromMs = body.effectiveFrom ?? nowMs;
  if (body.effectiveUntil !== undefined && body.effectiveUntil <= effectiveFromMs) {
    throw invalidField('effectiveUntil', 'must be later than effectiveFrom');
  }
  if (body.sameAs !== undefined && builtInCards.has(modelStem(model))) {
    throw invalidField('sameAs', `cannot be set for ${model}, which has a built-in price`);
  }
  return putRateCard(
    { rateCards, audit },
    { organizationId, actor, nowMs },
    {
      ...(body.sameAs === undefined ? termsOf(body) : termsOfModel(body.sameAs, effectiveFromMs)),
      model: modelStem(model),
      effectiveFromMs,
      effectiveUntilMs: body.effectiveUntil,
      endReason: body.endReason,
      source: body.source ?? UNNAMED_SOURCE,
      sourceDate: new Date(nowMs).toISOString().slice(0, 10),
    },
  );
}

/** Adds a card to the model's cards, replacing only one with the same start, and records it. */
export async function putRateCard(
  { rateCards, audit }: SetRateCardDeps,
  { organizationId, actor, nowMs }: Call,
  card: RateCard,
): Promise<RateCard> {
  await audit.change(async () => {
    const before = await rateCards.get(organizationId, card.model);
    const replaced = before.cards.find(
      ({ effectiveFromMs }) => effectiveFromMs === card.effectiveFromMs,
    );
    const entry = {
      organizationId,
      actor,
      action: 'rate-card.put',
      target: card.model,
      ...(replaced ? { before: cardAttribute(replaced) } : {}),
      after: cardAttribute(card),
      atMs: nowMs,
    };
    return { entries: [entry], writes: [rateCards.putWrite(organizationId, card, before)] };
  });
  return card;
}

type Terms = Omit<RateCard, 'model' | 'effectiveFromMs' | 'source' | 'sourceDate'>;

const termsOf = (body: PutRateCardBody): Terms => ({
  ...listOf(body),
  units: unitsOf(body),
  imageVariants: body.imageVariants,
  fastPercent: body.fastPercent,
  inputIncludesCache: body.inputIncludesCache,
  servedIn: body.servedIn as Place | undefined,
  knownRegions: body.knownRegions,
  batchPercent: body.batchPercent,
  flexPercent: body.flexPercent,
  priorityPercent: body.priorityPercent,
  geographic:
    body.geographic &&
    Object.fromEntries(
      Object.entries(body.geographic).map(([place, prices]) => [place, listOf(prices)]),
    ),
});

function unitsOf({ units, imageUsd, queryUsd }: PutRateCardBody): Units | undefined {
  const all = {
    ...units,
    ...(imageUsd === undefined ? {} : { images: imageUsd }),
    ...(queryUsd === undefined ? {} : { queries: queryUsd }),
  };
  return Object.keys(all).length === 0 ? undefined : all;
}

/** @throws ServiceError if the model has no built-in price */
function termsOfModel(sameAs: string, atMs: number): Terms {
  const resolved = resolveRate({ model: sameAs, atMs });
  if (!resolved.ok) throw invalidField('sameAs', whyUnpriced(sameAs, resolved, atMs));
  const { longContext, ...prices } = resolved.rate;
  return {
    ...prices,
    longContext: longContext && {
      ...longContext.rate,
      aboveInputTokens: longContext.aboveInputTokens,
    },
    sameAs,
  };
}

type GivenList = Partial<NonNullable<PutRateCardBody['geographic']>[string]>;

const listOf = ({ longContext, ...prices }: GivenList): PriceList => ({
  ...pricesOf(prices),
  longContext: longContext && {
    ...pricesOf(longContext),
    aboveInputTokens: longContext.aboveInputTokens,
  },
});

const pricesOf = (body: GivenList): Prices => ({
  inputNanoUsdPerMillion: body.inputUsdPerMillion ?? 0n,
  outputNanoUsdPerMillion: body.outputUsdPerMillion ?? 0n,
  cacheReadNanoUsdPerMillion: body.cacheReadUsdPerMillion,
  cacheWriteNanoUsdPerMillion: body.cacheWriteUsdPerMillion,
  cacheWriteOneHourNanoUsdPerMillion: body.cacheWriteOneHourUsdPerMillion,
});
