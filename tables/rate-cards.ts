import { modelStem, type Place } from '../domain/pricing/model-id.ts';
import type { Units } from '../domain/pricing/rate.ts';
import { hasFreePrice, type RateCard, UNNAMED_SOURCE } from '../domain/pricing/rate-card.ts';
import { BILLED_UNIT_NAMES } from '../domain/token-usage.ts';
import {
  asMap,
  type Codec,
  flag,
  list,
  mapped,
  money,
  named,
  number,
  optional,
  readOnly,
  recordOf,
  text,
} from './codec/attributes.ts';
import { Damage } from './codec/damage.ts';
import { eachOf, fields } from './codec/fields.ts';
import { itemCodec } from './codec/item-codec.ts';
import { defineTable } from './definition.ts';
import type { DynamoDb, Item, Key, PutWrite } from './dynamodb.ts';
import { readMany } from './read-many.ts';
import type { ItemRead } from './read-plan.ts';

/**
 * Prices that an organization has negotiated. One item contains all dated cards of one model, so
 * that one read tells what a model costs. Access patterns: one model's cards by key, alone or in
 * another store's batch (`rateCardRead`); all cards of an organization.
 */
export const rateCardsTable = defineTable({
  name: 'rate-cards',
  partitionKey: { name: 'pk', type: 'S' },
  sortKey: { name: 'sk', type: 'S' },
});

/** A stored price is not negative. Otherwise the item is damaged and must not be used for pricing. */
const price = mapped(
  money,
  (stored) => {
    if (stored < 0n) throw new Damage('a price of 0 or more', stored);
    return stored;
  },
  (value: bigint) => value,
);

const prices = {
  inputNanoUsdPerMillion: named('input', price),
  outputNanoUsdPerMillion: named('output', price),
  cacheReadNanoUsdPerMillion: named('cacheRead', optional(price)),
  cacheWriteNanoUsdPerMillion: named('cacheWrite', optional(price)),
  cacheWriteOneHourNanoUsdPerMillion: named('cacheWriteOneHour', optional(price)),
};

const priceList = {
  ...prices,
  longContext: named(
    'long',
    optional(fields({ aboveInputTokens: named('above', number), ...prices })),
  ),
};

const card = fields({
  effectiveFromMs: named('from', number),
  source: text,
  sourceDate: text,
  effectiveUntilMs: named('until', optional(number)),
  endReason: optional(text),
  pricesCheckedAt: optional(text),
  doubt: optional(text),
  servedIn: optional(text as Codec<Place, Place>),
  knownRegions: optional(list(text)),
  batchPercent: optional(number),
  flexPercent: optional(number),
  priorityPercent: optional(number),
  sameAs: optional(text),
  fastPercent: optional(number),
  inputIncludesCache: optional(flag),
  imageVariants: optional(recordOf(price)),
  units: optional(fields(eachOf(BILLED_UNIT_NAMES, optional(price)))),
  /** Cards from before `units` have these instead. */
  image: readOnly(optional(price)),
  query: readOnly(optional(price)),
  geographic: named('places', optional(recordOf(fields(priceList)))),
  ...priceList,
});

/** A price of 0 needs a source that says so. Otherwise the item is damaged. */
const cardOfItem = mapped(
  card,
  ({ image: images, query: queries, units, ...rest }) => {
    const older = images === undefined && queries === undefined ? undefined : { images, queries };
    const rates = { ...rest, units: withoutAbsent(units ?? older) };
    if (rates.source === UNNAMED_SOURCE && hasFreePrice(rates)) {
      throw new Damage('the source of a price of 0', rates.source).within('source');
    }
    return rates;
  },
  (rates: RateCard) => ({ ...rates, image: undefined, query: undefined }),
);

/** Units that the card prices; `undefined` if it prices none. */
const withoutAbsent = (units: Units | undefined): Units | undefined =>
  units &&
  Object.fromEntries(Object.entries(units).filter(([, unitPrice]) => unitPrice !== undefined));

export const rateCardsCodec = itemCodec(rateCardsTable, 'rate cards', {
  model: named('sk', readOnly(text)),
  cards: list(cardOfItem),
  version: number,
});

/** An organization's cards of one model. `version` counts their changes; 0 means that none were ever set. */
export type RateCardOverrides = { cards: RateCard[]; version: number };

/** An organization's cards of one model; empty if it has none. */
export const rateCardRead = (organizationId: string, model: string): ItemRead<RateCard[]> => ({
  table: rateCardsTable.name,
  key: rateCardKey(organizationId, model),
  parse: parseRateCardItem,
});

export type RateCardStore = ReturnType<typeof createRateCardStore>;

export function createRateCardStore(db: DynamoDb) {
  return {
    async get(organizationId: string, model: string): Promise<RateCardOverrides> {
      const key = rateCardKey(organizationId, model);
      return parseOverrides(await db.get({ table: rateCardsTable.name, key, consistent: true }));
    },

    /**
     * The cards of several models in one read, by the given names. Models without cards are absent.
     */
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

    /**
     * The write that adds a dated card, or replaces the one of the same date, if the cards have not
     * changed.
     */
    putWrite(organizationId: string, added: RateCard, was: RateCardOverrides): PutWrite {
      const { cards, version } = was;
      const others = cards.filter((other) => other.effectiveFromMs !== added.effectiveFromMs);
      const sorted = [...others, added].toSorted((a, b) => a.effectiveFromMs - b.effectiveFromMs);
      return {
        kind: 'put',
        table: rateCardsTable.name,
        item: {
          ...rateCardKey(organizationId, added.model),
          ...rateCardsCodec.encode({ cards: sorted, version: version + 1 }),
        },
        ...(version === 0
          ? { condition: 'attribute_not_exists(pk)' }
          : { condition: 'version = :version', values: { ':version': version } }),
      };
    },
  };
}

/** All forms of a model's name share a key, so that a price applies to all of them. */
const rateCardKey = (organizationId: string, model: string): Key => ({
  pk: organizationId,
  sk: modelStem(model),
});

const parseRateCardItem = (item: Item | undefined): RateCard[] => parseOverrides(item).cards;

function parseOverrides(item: Item | undefined): RateCardOverrides {
  if (!item) return { cards: [], version: 0 };
  const { model, cards, version } = rateCardsCodec.decode(item);
  return { cards: cards.map((rateCard) => ({ ...rateCard, model })), version };
}

/** A card as stored here and in the audit log. */
export const cardAttribute = (rateCard: RateCard): Item => asMap(card.encode(rateCard));
