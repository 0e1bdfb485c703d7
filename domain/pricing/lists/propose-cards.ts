import type { Units } from '../rate.ts';
import {
  LISTED_FIELDS,
  type ListedPrice,
  type ListedTokens,
  pricesFrom,
  tokensOf,
} from './listed-price.ts';
import type { Place } from '../model-id.ts';
import {
  cardInForce,
  nextCard,
  type PriceList,
  type RateCard,
  scaledPrices,
} from '../rate-card.ts';
import { completed } from '../place-prices.ts';
import { isJump, type Suspicion, suspicionsOf, suspicionsOfPlaces } from './suspicions.ts';
import { ownValue } from '../../own-value.ts';

/** One price that differs between a list and the cards; `before` is absent if there was none. */
export type PriceChange = {
  /** `base`, or the name of the place. */
  place: string;
  field: string;
  before?: bigint | undefined;
  after: bigint;
};

/** What a list would change about one model's card. */
export type CardProposal = {
  model: string;
  kind: 'new' | 'changed' | 'same';
  /** The card in force. */
  current?: RateCard | undefined;
  card: RateCard;
  changes: PriceChange[];
  suspicions: Suspicion[];
};

type Facts = Pick<RateCard, 'effectiveFromMs' | 'source' | 'sourceDate'>;
type Ending = Pick<RateCard, 'effectiveUntilMs' | 'endReason'>;

/**
 * What a list would change about the cards in force at `effectiveFromMs`. Prices that the list
 * states replace the current ones; everything else on the card stays. Places that it does not name
 * keep their ratio to the base. A proposal ends where the current card ends or the next one begins.
 * @param cardsOf returns the cards of a model, the organization's before the built-in ones
 */
export function proposeCards(
  listed: readonly ListedPrice[],
  cardsOf: (model: string) => readonly (readonly RateCard[])[],
  facts: Facts,
): CardProposal[] {
  const byModel = Map.groupBy(listed, ({ model }) => model);
  return [...byModel].map(([model, entries]) => {
    const cards = cardsOf(model).find((list) => cardInForce(list, facts.effectiveFromMs)) ?? [];
    const current = cardInForce(cards, facts.effectiveFromMs);
    return propose(model, entries, current, { ...facts, ...endOf(cards, facts.effectiveFromMs) });
  });
}

/** When the card in force stops applying, and why. */
function endOf(cards: readonly RateCard[], atMs: number): Ending {
  const { effectiveUntilMs, endReason } = cardInForce(cards, atMs) ?? {};
  if (effectiveUntilMs !== undefined) return { effectiveUntilMs, endReason };
  const next = nextCard(cards, atMs);
  return next ? { effectiveUntilMs: next.effectiveFromMs, endReason: 'an announced price' } : {};
}

function propose(
  model: string,
  entries: readonly ListedPrice[],
  current: RateCard | undefined,
  facts: Facts & Ending,
): CardProposal {
  const { chosen, suspicions } = onePerPlace(entries, current);
  const base = chosen.get('base') ?? baseOf(current) ?? dearest([...chosen.values()]);
  const places = [...chosen.values()].filter((entry) => entry !== base && entry.place);
  const list = pricesFrom(base, current);
  const { sameAs: _, pricesCheckedAt: __, ...terms } = current ?? {};
  const card: RateCard = {
    ...terms,
    ...list,
    ...facts,
    model,
    units: proposedUnits(base, current),
    batchPercent: percentOf(base, base.batch) ?? current?.batchPercent,
    flexPercent: percentOf(base, base.flex) ?? current?.flexPercent,
    priorityPercent: percentOf(base, base.priority) ?? current?.priorityPercent,
    geographic: geographicOf(list, places, current),
  };
  const changes = changesOf(current, card);
  return {
    model,
    kind: !current ? 'new' : changes.length > 0 ? 'changed' : 'same',
    current,
    card,
    changes,
    suspicions: [
      ...suspicions,
      ...entries.flatMap(suspicionsOf),
      ...suspicionsOfPlaces(base, places),
      ...changes
        .filter(({ before, after }) => before !== undefined && isJump(before, after))
        .map(({ place, field }): Suspicion => ({
          rule: 'jump',
          id: model,
          detail: `${field}${place === 'base' ? '' : ` in ${place}`}`,
        })),
    ],
  };
}

/**
 * Picks one entry per place: the one that matches the current price, or else the most expensive.
 */
export function onePerPlace(entries: readonly ListedPrice[], current: RateCard | undefined) {
  const chosen = new Map<string, ListedPrice>();
  const suspicions: Suspicion[] = [];
  for (const [place, rivals] of Map.groupBy(entries, (entry) => entry.place ?? 'base')) {
    const currentPrices = place === 'base' ? current : ownValue(current?.geographic, place);
    const agreeing = rivals.find(
      ({ input, output }) =>
        input === currentPrices?.inputNanoUsdPerMillion &&
        output === currentPrices?.outputNanoUsdPerMillion,
    );
    const entry = agreeing ?? dearest(rivals);
    chosen.set(place, entry);
    for (const rival of rivals) {
      if (rival.input === entry.input && rival.output === entry.output) continue;
      suspicions.push({ rule: 'conflict', id: rival.id, detail: `beside ${entry.id}` });
    }
  }
  return { chosen, suspicions };
}

/** The base of the current card, for models that a list names only in specific places. */
const baseOf = (card: RateCard | undefined): ListedPrice | undefined =>
  card && { ...tokensOf(card), id: card.model, model: card.model, isText: true, oddities: [] };

function dearest(entries: readonly ListedPrice[]): ListedPrice {
  const [first, ...others] = entries;
  if (!first) throw new Error('a model of a list has at least one entry');
  const weight = ({ input = 0n, output = 0n }: ListedPrice): bigint => input + output;
  return others.reduce((best, entry) => (weight(entry) > weight(best) ? entry : best), first);
}

function geographicOf(
  base: PriceList,
  places: readonly ListedPrice[],
  current: RateCard | undefined,
): RateCard['geographic'] {
  const currentPlaces = Object.entries(current?.geographic ?? {}) as [Place, PriceList][];
  const kept = currentPlaces.map(([place, list]): [Place, PriceList] => {
    const isMoved = current?.inputNanoUsdPerMillion !== base.inputNanoUsdPerMillion;
    return [place, isMoved && current ? scaledPrices(base, factorOf(list, current)) : list];
  });
  const named = places.flatMap((entry): [Place, PriceList][] => {
    if (entry.place === undefined) return [];
    const before = ownValue(current?.geographic, entry.place);
    const isSame = before?.inputNanoUsdPerMillion === entry.input;
    return [[entry.place, pricesFrom(entry, isSame ? before : undefined)]];
  });
  const all = new Map([...kept, ...named]);
  const isKnown = new Set(currentPlaces.map(([place]) => place));
  for (const [place, list] of all) {
    const isLikeBase =
      list.inputNanoUsdPerMillion === base.inputNanoUsdPerMillion &&
      list.outputNanoUsdPerMillion === base.outputNanoUsdPerMillion;
    if (isLikeBase && !isKnown.has(place) && !isKnown.has('in-region')) all.delete(place);
  }
  return all.size === 0 ? undefined : Object.fromEntries(all);
}

/** In percent, rounded up. */
const factorOf = (list: PriceList, base: PriceList): number =>
  Number(
    (100n * list.inputNanoUsdPerMillion + base.inputNanoUsdPerMillion - 1n) /
      base.inputNanoUsdPerMillion,
  );

/**
 * A tier's price in percent of the standard price. Uses input or output, whichever ratio is higher.
 */
function percentOf(base: ListedPrice, tier: ListedTokens | undefined): number | undefined {
  const parts = (['input', 'output'] as const).flatMap((field) => {
    const [price, standard] = [tier?.[field], base[field]];
    return price === undefined || !standard ? [] : [(100n * price + standard - 1n) / standard];
  });
  return parts.length === 0 ? undefined : Number(parts.reduce((a, b) => (a > b ? a : b)));
}

function changesOf(before: RateCard | undefined, after: RateCard): PriceChange[] {
  const names = new Set([
    ...Object.keys(before?.geographic ?? {}),
    ...Object.keys(after.geographic ?? {}),
  ]) as Set<Place>;
  const units = (card: RateCard | undefined) => ({
    ...card?.units,
    batchPercent: percentAsPrice(card?.batchPercent),
    flexPercent: percentAsPrice(card?.flexPercent),
    priorityPercent: percentAsPrice(card?.priorityPercent),
  });
  return [
    ...differences('base', fieldsOf(before), fieldsOf(after)),
    ...differences('base', units(before), units(after)),
    ...[...names].flatMap((place) =>
      differences(
        place,
        fieldsOf(before && (listIn(before, place) ?? before)),
        fieldsOf(listIn(after, place)),
      ),
    ),
  ];
}

/** A place's prices, with those that it derives from the card. */
function listIn(card: RateCard, place: Place): PriceList | undefined {
  const list = ownValue(card.geographic, place);
  return list && completed(list, card);
}

/** The current prices of units, updated from the list; `undefined` if no unit has a price. */
function proposedUnits(base: ListedPrice, current: RateCard | undefined): Units | undefined {
  const { images, queries } = base.units ?? {};
  const units = {
    ...current?.units,
    ...(images === undefined ? {} : { images }),
    ...(queries === undefined ? {} : { queries }),
  };
  return Object.keys(units).length === 0 ? undefined : units;
}

const percentAsPrice = (percent: number | undefined): bigint | undefined =>
  percent === undefined ? undefined : BigInt(percent);

function fieldsOf(list: PriceList | undefined): Record<string, bigint | undefined> {
  const tokens = tokensOf(list ?? {});
  const long = tokensOf(list?.longContext ?? {});
  return Object.fromEntries(
    LISTED_FIELDS.flatMap((field) => [
      [field, tokens[field]],
      [`long ${field}`, long[field]],
    ]),
  );
}

const differences = (
  place: string,
  before: Record<string, bigint | undefined>,
  after: Record<string, bigint | undefined>,
): PriceChange[] =>
  Object.entries(after).flatMap(([field, price]) =>
    price === undefined || price === (ownValue(before, field) ?? (price === 0n ? 0n : undefined))
      ? []
      : [{ place, field, before: ownValue(before, field), after: price }],
  );
