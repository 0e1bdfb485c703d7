import { modelStem } from '../domain/pricing/model-id.ts';
import type { PriceList, Prices, RateCard } from '../domain/pricing/rate-card.ts';
import type { UnitRate } from '../domain/pricing/rate.ts';
import { defineTable } from './definition.ts';
import type { Attribute, DynamoDb, Item, Key, PutWrite } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import type { ItemRead } from './read-plan.ts';

/**
 * Prices that an organization has agreed on itself. One item holds all dated cards of one model, so
 * that one read answers what a model costs. Access patterns: the cards of one model, by key, alone or
 * in another store's batch (`rateCardRead`); all cards of an organization.
 */
export const rateCardsTable = defineTable({
  name: 'rate-cards',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

/** The organization's cards of one model; `version` counts their changes, 0 means there are none. */
export type RateCardOverrides = { cards: RateCard[]; version: number };

/** The organization's cards of one model; none where it has agreed on none. */
export const rateCardRead = (organizationId: string, model: string): ItemRead<RateCard[]> => ({
  table: rateCardsTable.name,
  key: rateCardKey(organizationId, model),
  parse: parseRateCardItem,
});

export type RateCardStore = ReturnType<typeof createRateCardStore>;

export function createRateCardStore(db: DynamoDb) {
  return {
    async get(organizationId: string, model: string): Promise<RateCardOverrides> {
      const item = await db.get({
        table: rateCardsTable.name,
        key: rateCardKey(organizationId, model),
        consistent: true,
      });
      return { cards: parseRateCardItem(item), version: Number(item?.['version'] ?? 0) };
    },

    /** The cards of several models in one read, by the names given; models without cards are absent. */
    async getMany(
      organizationId: string,
      models: readonly string[],
    ): Promise<Map<string, RateCard[]>> {
      const keys = models.map((model) => rateCardKey(organizationId, model));
      const items = await readMany(db, rateCardsTable.name, keys);
      return new Map(
        models.flatMap((model, position) => {
          const cards = parseRateCardItem(items[position]);
          return cards.length > 0 ? [[model, cards] as const] : [];
        }),
      );
    },

    /** The write that adds a dated card, replacing one of the same date, if the cards are unchanged. */
    putWrite(organizationId: string, card: RateCard, was: RateCardOverrides): PutWrite {
      const { cards, version } = was;
      const others = cards.filter((other) => other.effectiveFromMs !== card.effectiveFromMs);
      const sorted = [...others, card].toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs);
      return {
        kind: 'put',
        table: rateCardsTable.name,
        item: {
          ...rateCardKey(organizationId, card.model),
          cards: sorted.map(cardAttribute),
          version: version + 1,
        },
        ...(version === 0
          ? { condition: 'attribute_not_exists(pk)' }
          : { condition: 'version = :version', values: { ':version': version } }),
      };
    },
  };
}

/** Every form of a model's name has the same key, so that a price given once holds for all of them. */
const rateCardKey = (organizationId: string, model: string): Key => ({
  pk: organizationId,
  sk: modelStem(model),
});

/** The cards of an item read elsewhere; none when there is no item. */
const parseRateCardItem = (item: Item | undefined): RateCard[] =>
  ((item?.['cards'] ?? []) as Item[]).map((stored) => ({
    ...parseUnits(stored),
    model: String(item?.['sk']),
    effectiveFromMs: Number(stored['from']),
    source: String(stored['source']),
    sourceDate: String(stored['sourceDate']),
    batchPercent: optionalNumber(stored['batchPercent']),
    flexPercent: optionalNumber(stored['flexPercent']),
    priorityPercent: optionalNumber(stored['priorityPercent']),
    sameAs: stored['sameAs'] as string | undefined,
    geographic:
      stored['places'] === undefined
        ? undefined
        : Object.fromEntries(
            Object.entries(stored['places'] as Record<string, Item>).map(([place, list]) => [
              place,
              parseList(list),
            ]),
          ),
    ...parseList(stored),
  }));

/** A card as it is stored, here and in the audit log. */
export const cardAttribute = (card: RateCard): Item => ({
  from: card.effectiveFromMs,
  source: card.source,
  sourceDate: card.sourceDate,
  batchPercent: card.batchPercent,
  flexPercent: card.flexPercent,
  priorityPercent: card.priorityPercent,
  sameAs: card.sameAs,
  image: card.imageNanoUsd,
  query: card.queryNanoUsd,
  places:
    card.geographic &&
    Object.fromEntries(
      Object.entries(card.geographic).flatMap(([place, list]) =>
        list === undefined ? [] : [[place, listAttribute(list)]],
      ),
    ),
  ...listAttribute(card),
});

const listAttribute = (list: PriceList): Item => ({
  ...pricesAttribute(list),
  long: list.longContext && {
    above: list.longContext.aboveInputTokens,
    ...pricesAttribute(list.longContext),
  },
});

const pricesAttribute = (prices: Prices): Record<string, Attribute | undefined> => ({
  input: prices.inputNanoUsdPerMillion,
  output: prices.outputNanoUsdPerMillion,
  cacheRead: prices.cacheReadNanoUsdPerMillion,
  cacheWrite: prices.cacheWriteNanoUsdPerMillion,
  cacheWriteOneHour: prices.cacheWriteOneHourNanoUsdPerMillion,
});

function parseList(stored: Item): PriceList {
  const long = stored['long'] as Item | undefined;
  return {
    ...parsePrices(stored),
    longContext: long && { aboveInputTokens: Number(long['above']), ...parsePrices(long) },
  };
}

function parseUnits(stored: Item): UnitRate {
  const units = {
    imageNanoUsd: optionalPrice(stored['image']),
    queryNanoUsd: optionalPrice(stored['query']),
  };
  // Only what charges images or requests may leave input free.
  if (units.imageNanoUsd === undefined && units.queryNanoUsd === undefined) price(stored['input']);
  return units;
}

const parsePrices = (stored: Item): Prices => ({
  inputNanoUsdPerMillion: tokenPrice(stored['input']),
  outputNanoUsdPerMillion: tokenPrice(stored['output']),
  cacheReadNanoUsdPerMillion: optionalPrice(stored['cacheRead']),
  cacheWriteNanoUsdPerMillion: optionalPrice(stored['cacheWrite']),
  cacheWriteOneHourNanoUsdPerMillion: optionalPrice(stored['cacheWriteOneHour']),
});

/** A stored price is a positive integer, or the item is damaged: then nothing may be priced by it. */
function price(stored: unknown): bigint {
  if (typeof stored !== 'bigint' || stored <= 0n) throw new Error('a stored price is no integer');
  return stored;
}

/** 0 where a model has no such tokens. */
const tokenPrice = (stored: unknown): bigint => (stored === 0n ? 0n : price(stored));

const optionalPrice = (stored: unknown): bigint | undefined =>
  stored === undefined || stored === null ? undefined : price(stored);

const optionalNumber = (stored: unknown): number | undefined =>
  stored === undefined ? undefined : Number(stored);
