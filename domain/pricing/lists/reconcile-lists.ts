import { ownValue } from '../../own-value.ts';
import { cardInForce, type RateCard, scaledPrices } from '../rate-card.ts';
import { LISTED_FIELDS, type ListedPrice, type ListedTokens, tokensOf } from './listed-price.ts';
import { onePerPlace } from './propose-cards.ts';

/** What one source lists. */
export type SourceListing = { source: string; listed: readonly ListedPrice[] };

/** One price of a model in one place (`base` or the place's name), on the card and in the sources. */
export type PriceComparison = {
  model: string;
  place: string;
  /** Such as `input`, `longContext.output`, `batch.input` or `units.images`. */
  field: string;
  cardNanoUsd?: bigint | undefined;
  votes: { source: string; nanoUsd: bigint }[];
  /** The price that at least two sources have, and more sources than any other price. */
  agreed?: { nanoUsd: bigint; sources: string[] } | undefined;
};

/** How many card prices a source matches, contradicts or lacks. */
export type SourceAgreement = {
  source: string;
  equal: number;
  differing: number;
  missing: number;
};

export type Reconciliation = {
  agreements: SourceAgreement[];
  comparisons: PriceComparison[];
  /** One entry per model and place, with the agreed prices that differ from the card. */
  listed: ListedPrice[];
};

/** Lists round their prices, so prices within a thousandth of each other count as equal. */
const TOLERANCE = 1_000n;

/** Whether two prices differ only by rounding. */
export const isSamePrice = (left: bigint, right: bigint): boolean => {
  const [low, high] = left < right ? [left, right] : [right, left];
  return (high - low) * TOLERANCE <= high;
};

/**
 * Compares sources with each other and with the cards in force at a given time. A card may change
 * only where at least two sources agree. A price of 0 does not count as a vote.
 * @param cardsOf the cards of a model, the organization's before the built-in ones
 */
export function reconcileLists(
  sources: readonly SourceListing[],
  cardsOf: (model: string) => readonly (readonly RateCard[])[],
  atMs: number,
): Reconciliation {
  const cardOf = (model: string): RateCard | undefined =>
    cardsOf(model)
      .map((cards) => cardInForce(cards, atMs))
      .find((card) => card !== undefined);
  const comparisons = new Map<string, PriceComparison>();
  const comparisonOf = (model: string, place: string, field: string): PriceComparison => {
    const key = JSON.stringify([model, place, field]);
    const earlier = comparisons.get(key);
    if (earlier) return earlier;
    const cardNanoUsd = pricesAt(cardOf(model), place).get(field);
    const comparison: PriceComparison = { model, place, field, cardNanoUsd, votes: [] };
    comparisons.set(key, comparison);
    return comparison;
  };
  for (const { source, listed } of sources) {
    for (const [model, entries] of Map.groupBy(listed, (entry) => entry.model)) {
      for (const [place, entry] of onePerPlace(entries, cardOf(model)).chosen) {
        for (const [field, nanoUsd] of pricesOf(entry)) {
          if (nanoUsd > 0n) comparisonOf(model, place, field).votes.push({ source, nanoUsd });
        }
      }
    }
  }
  const all = [...comparisons.values()].map((item) => ({ ...item, agreed: agreedOf(item.votes) }));
  return {
    agreements: sources.map(({ source }) => agreementOf(source, all)),
    comparisons: all,
    listed: agreedEntries(all),
  };
}

function agreedOf(votes: PriceComparison['votes']): PriceComparison['agreed'] {
  const groups: { nanoUsd: bigint; sources: string[] }[] = [];
  for (const { source, nanoUsd } of votes) {
    const group = groups.find((other) => isSamePrice(other.nanoUsd, nanoUsd));
    if (!group) groups.push({ nanoUsd, sources: [source] });
    else {
      group.sources.push(source);
      if (nanoUsd > group.nanoUsd) group.nanoUsd = nanoUsd;
    }
  }
  const [first, second] = groups.toSorted((a, b) => b.sources.length - a.sources.length);
  const isMost = first && first.sources.length > (second?.sources.length ?? 0);
  return isMost && first.sources.length >= 2 ? first : undefined;
}

function agreementOf(source: string, all: readonly PriceComparison[]): SourceAgreement {
  const agreement = { source, equal: 0, differing: 0, missing: 0 };
  for (const { cardNanoUsd, votes } of all) {
    if (cardNanoUsd === undefined) continue;
    const vote = votes.find((item) => item.source === source);
    if (!vote) agreement.missing += 1;
    else if (isSamePrice(vote.nanoUsd, cardNanoUsd)) agreement.equal += 1;
    else agreement.differing += 1;
  }
  return agreement;
}

/** Whether sources agree on a price that differs from the card's. */
const isChange = ({ cardNanoUsd, agreed }: PriceComparison): boolean =>
  agreed !== undefined && (cardNanoUsd === undefined || !isSamePrice(agreed.nanoUsd, cardNanoUsd));

function agreedEntries(all: readonly PriceComparison[]): ListedPrice[] {
  const changes = all.filter(isChange);
  const groups = Map.groupBy(changes, ({ model, place }) => JSON.stringify([model, place]));
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { model, place } = first;
    const prices = new Map(
      all
        .filter((item) => item.model === model && item.place === place)
        .flatMap((item) => {
          const nanoUsd = isChange(item) ? item.agreed?.nanoUsd : item.cardNanoUsd;
          return nanoUsd === undefined ? [] : [[item.field, nanoUsd] as const];
        }),
    );
    return [entryOf(model, place, prices)];
  });
}

const TIERS = ['batch', 'flex', 'priority'] as const;
const LONG = /^longContext (\d+)\./;

/** The prices of an entry, by field. */
function pricesOf(entry: ListedPrice): Map<string, bigint> {
  const { longContext, units } = entry;
  const tokens = (tokenPrices: ListedTokens | undefined, prefix: string): [string, bigint][] =>
    LISTED_FIELDS.flatMap((field): [string, bigint][] => {
      const price = tokenPrices?.[field];
      return price === undefined ? [] : [[`${prefix}${field}`, price]];
    });
  return new Map([
    ...tokens(entry, ''),
    ...tokens(longContext, `longContext ${longContext?.aboveInputTokens}.`),
    ...TIERS.flatMap((tier) => tokens(entry[tier], `${tier}.`)),
    ...Object.entries(units ?? {}).flatMap(([name, price]): [string, bigint][] =>
      price === undefined ? [] : [[`units.${name}`, price]],
    ),
  ]);
}

/** The prices of a card at a place, by field. */
function pricesAt(card: RateCard | undefined, place: string): Map<string, bigint> {
  if (!card) return new Map();
  const list = ownValue(card.geographic, place) ?? card;
  const tiers = TIERS.map((tier) => {
    const percent = card[`${tier}Percent`];
    return [tier, percent === undefined ? undefined : tokensOf(scaledPrices(list, percent))];
  });
  return pricesOf({
    ...tokensOf(list),
    longContext: list.longContext && {
      ...tokensOf(list.longContext),
      aboveInputTokens: list.longContext.aboveInputTokens,
    },
    ...Object.fromEntries(tiers),
    units: card.units,
    id: card.model,
    model: card.model,
    isText: true,
    oddities: [],
  });
}

function entryOf(model: string, place: string, prices: ReadonlyMap<string, bigint>): ListedPrice {
  const tokens = (prefix: string): ListedTokens =>
    Object.fromEntries(LISTED_FIELDS.map((field) => [field, prices.get(`${prefix}${field}`)]));
  const aboveInputTokens = [...prices.keys()].map((field) => LONG.exec(field)?.[1]).find(Boolean);
  const units = [...prices].flatMap(([field, price]) =>
    field.startsWith('units.') ? [[field.slice('units.'.length), price] as const] : [],
  );
  return {
    ...tokens(''),
    ...(aboveInputTokens === undefined
      ? {}
      : {
          longContext: {
            ...tokens(`longContext ${aboveInputTokens}.`),
            aboveInputTokens: Number(aboveInputTokens),
          },
        }),
    ...Object.fromEntries(TIERS.map((tier) => [tier, tokens(`${tier}.`)])),
    ...(units.length === 0 ? {} : { units: Object.fromEntries(units) }),
    id: place === 'base' ? model : `${place} ${model}`,
    model,
    ...(place === 'base' ? {} : { place: place as NonNullable<ListedPrice['place']> }),
    isText: prices.has('output'),
    oddities: [],
  };
}
