import { GEOGRAPHIES } from '../model-id.ts';
import type { Rate, TokenRate } from '../rate.ts';
import type { RateCard } from '../rate-card.ts';
import { resolveRate } from '../resolve-rate.ts';
import { SERVICE_TIERS, SPEEDS } from '../service-tier.ts';
import { ownValue } from '../../own-value.ts';
import type { CardProposal } from './propose-cards.ts';

/**
 * Whether a proposal can be applied without a person: nothing looks wrong, no price is new, and no
 * request becomes cheaper. A new price needs a person because it replaces a more expensive default.
 */
export const isSafeUnattended = ({ kind, current, card, changes, suspicions }: CardProposal) =>
  kind === 'changed' &&
  current !== undefined &&
  suspicions.length === 0 &&
  changes.every(({ before, after }) => before !== undefined && after >= before) &&
  current.longContext?.aboveInputTokens === card.longContext?.aboveInputTokens &&
  placesOf(current, card).every((place) => isNeverCheaper(current, card, place));

type ServedPlace = { model: string; region?: string | undefined };

const PROFILES = ['global', ...GEOGRAPHIES.filter((place) => place !== 'in-region')];
/** Stands for every region that no card names. */
const UNNAMED_REGION = 'xx-unnamed-1';

/**
 * Every place that prices may depend on: each profile and each region that a card names, and one
 * that none names. The price of a place that a card does not state may change with any other.
 */
function placesOf(current: RateCard, card: RateCard): ServedPlace[] {
  const names = [current, card].flatMap(({ geographic = {}, knownRegions = [] }) => [
    ...Object.keys(geographic).map((place) => place.split('/').at(-1) ?? ''),
    ...knownRegions,
  ]);
  const regions = [undefined, UNNAMED_REGION, ...names.filter((name) => /\d$/.test(name))];
  const models = [card.model, ...PROFILES.map((profile) => `${profile}.${card.model}`)];
  return models.flatMap((model) => [...new Set(regions)].map((region) => ({ model, region })));
}

/** Whether nothing that the current card prices in a place costs less, or is refused, by the other. */
const isNeverCheaper = (current: RateCard, card: RateCard, place: ServedPlace): boolean =>
  SERVICE_TIERS.every((tier) =>
    SPEEDS.every((speed) => {
      const rateBy = (priced: RateCard): Rate | undefined => {
        const cards = new Map([[priced.model, [priced]]]);
        const resolved = resolveRate({ ...place, tier, speed, atMs: card.effectiveFromMs, cards });
        return resolved.ok ? resolved.rate : undefined;
      };
      const before = rateBy(current);
      const after = rateBy(card);
      return before === undefined || (after !== undefined && costsAtLeast(after, before));
    }),
  );

/** Whether no price of a rate is lower than the same price of another. */
function costsAtLeast(after: Rate, before: Rate): boolean {
  const units = Object.entries(before.units ?? {});
  return (
    tokensCostAtLeast(after, before) &&
    tokensCostAtLeast(after.longContext?.rate ?? after, before.longContext?.rate ?? before) &&
    units.every(([unit, price]) => (ownValue(after.units, unit) ?? 0n) >= (price ?? 0n))
  );
}

function tokensCostAtLeast(after: TokenRate, before: TokenRate): boolean {
  const old = pricesOf(before);
  return pricesOf(after).every((price, position) => price >= (old[position] ?? 0n));
}

const pricesOf = (rate: TokenRate): bigint[] => [
  rate.inputNanoUsdPerMillion,
  rate.outputNanoUsdPerMillion,
  rate.cacheReadNanoUsdPerMillion,
  rate.cacheWriteNanoUsdPerMillion,
  rate.cacheWriteOneHourNanoUsdPerMillion ?? rate.cacheWriteNanoUsdPerMillion,
];
