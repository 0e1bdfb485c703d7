import type { ModelView, PriceListView, PricesView, RateCardView } from './catalog.ts';
import { builtInCatalog } from '../domain/catalog/built-in-models.ts';
import { type CatalogModel, qualityTermsOf } from '../domain/catalog/model.ts';
import { formatUsd } from '../domain/money.ts';
import {
  isStale,
  type PriceList,
  type Prices,
  type RateCard,
} from '../domain/pricing/rate-card.ts';

/** The API's view of a rate card. */
export const rateCardViewOf = (
  card: RateCard,
  origin: RateCardView['origin'],
  nowMs: number,
): RateCardView => ({
  model: card.model,
  effectiveFrom: new Date(card.effectiveFromMs).toISOString(),
  origin,
  source: card.source,
  sourceDate: card.sourceDate,
  ...agingOf(card, nowMs),
  doubt: card.doubt,
  ...termsViewOf(card),
  ...unitsViewOf(card),
  sameAs: card.sameAs,
});

/** The body that sets a card with the same terms and source, in force once it is sent. */
export const rateCardInputOf = (card: RateCard): object => ({
  ...termsViewOf(card),
  source: card.source,
});

const termsViewOf = (card: RateCard) => ({
  effectiveUntil: dateText(card.effectiveUntilMs),
  endReason: card.endReason,
  servedIn: card.servedIn,
  knownRegions: card.knownRegions && [...card.knownRegions],
  ...priceListViewOf(card),
  units: card.units && textsOf(card.units),
  imageVariants: card.imageVariants && textsOf(card.imageVariants),
  fastPercent: card.fastPercent,
  inputIncludesCache: card.inputIncludesCache,
  batchPercent: card.batchPercent,
  flexPercent: card.flexPercent,
  priorityPercent: card.priorityPercent,
  geographic:
    card.geographic &&
    Object.fromEntries(
      Object.entries(card.geographic).flatMap(([place, prices]) =>
        prices === undefined ? [] : [[place, priceListViewOf(prices)]],
      ),
    ),
});

const agingOf = (card: RateCard, nowMs: number) => ({
  pricesCheckedAt: card.pricesCheckedAt ?? card.sourceDate,
  pricesAreStale: isStale(card, nowMs),
});

const dateText = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : new Date(atMs).toISOString();

/**
 * The API's view of a catalog model, with its prices if they are known.
 * @param next the card that begins after the one in force
 */
export const modelViewOf = (
  model: CatalogModel,
  prices: RateCard | undefined,
  next: RateCard | undefined,
  nowMs: number,
): ModelView => ({
  model: model.model,
  provider: model.provider,
  family: model.family,
  contextTokens: model.contextTokens,
  maxOutputTokens: model.maxOutputTokens,
  origin: builtInCatalog.get(model.model) === model ? 'built-in' : 'organization',
  ...qualityViewOf(model),
  latencyMs: model.latencyMs,
  downgradeTo: model.downgradeTo,
  recommendable: model.recommendable === true,
  apis: model.apis && [...model.apis],
  capabilities: model.capabilities && [...model.capabilities],
  regions: model.regions && [...model.regions],
  legacyFrom: dateText(model.legacyFromMs),
  endsAt: dateText(model.endsAtMs),
  ...(prices && {
    ...pricesViewOf(prices),
    ...unitsViewOf(prices),
    ...agingOf(prices, nowMs),
    priceEndsAt: dateText(prices.effectiveUntilMs),
  }),
  priceChangesAt: dateText(next?.effectiveFromMs),
});

function qualityViewOf(model: CatalogModel) {
  const { quality, taskQualities, specialization, performanceScore, assumed } = model;
  const { uncertainty, source } = qualityTermsOf(model);
  return {
    ...(quality === undefined
      ? {}
      : { quality, qualityUncertainty: uncertainty, qualitySource: source }),
    taskQualities: taskQualities && [...taskQualities],
    specialization,
    performanceScore,
    assumed: assumed && [...assumed],
  };
}

const priceListViewOf = ({ longContext, ...prices }: PriceList): PriceListView => ({
  ...pricesViewOf(prices),
  longContext: longContext && {
    ...pricesViewOf(longContext),
    aboveInputTokens: longContext.aboveInputTokens,
  },
});

const pricesViewOf = (prices: Prices): PricesView => ({
  inputUsdPerMillion: formatUsd(prices.inputNanoUsdPerMillion),
  outputUsdPerMillion: formatUsd(prices.outputNanoUsdPerMillion),
  cacheReadUsdPerMillion: optional(prices.cacheReadNanoUsdPerMillion),
  cacheWriteUsdPerMillion: optional(prices.cacheWriteNanoUsdPerMillion),
  cacheWriteOneHourUsdPerMillion: optional(prices.cacheWriteOneHourNanoUsdPerMillion),
});

const unitsViewOf = ({
  units,
  imageVariants,
}: RateCard): Pick<RateCardView, 'imageUsd' | 'queryUsd' | 'units' | 'imageVariants'> => ({
  imageUsd: optional(units?.images),
  queryUsd: optional(units?.queries),
  units: units && textsOf(units),
  imageVariants: imageVariants && textsOf(imageVariants),
});

const textsOf = (prices: Readonly<Record<string, bigint | undefined>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(prices).flatMap(([name, price]) =>
      price === undefined ? [] : [[name, formatUsd(price)]],
    ),
  );

const optional = (price: bigint | undefined): string | undefined =>
  price === undefined ? undefined : formatUsd(price);
