import { rateCardInputOf } from '../../contracts/catalog-views.ts';
import type { Telemetry } from '../../contracts/telemetry.ts';
import { type AlertedPrice, noPriceWaits, priceAlertOf } from '../../domain/alerts/price-alert.ts';
import { readAwsList } from '../../domain/pricing/lists/aws-list.ts';
import { builtInCards } from '../../domain/pricing/built-in-cards.ts';
import type { ListedPrice } from '../../domain/pricing/lists/listed-price.ts';
import { type CardProposal, proposeCards } from '../../domain/pricing/lists/propose-cards.ts';
import { isSafeUnattended } from '../../domain/pricing/lists/unattended.ts';
import { DEFAULT_PRICE_UPDATES, type PriceUpdates } from '../../domain/pricing/price-updates.ts';
import { cardInForce, type RateCard } from '../../domain/pricing/rate-card.ts';
import { dayOf } from '../../domain/reporting/aggregates.ts';
import type { ChoiceStore } from '../../tables/organization-settings.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { AlertPublisher } from '../alerts/alert-publisher.ts';
import { publishQuietly } from '../alerts/publish-quietly.ts';
import { contentDigest } from '../content-digest.ts';
import { putRateCard, type SetRateCardDeps } from './set-rate-card.ts';

/** The source of cards that follow AWS's price list. Others are negotiated, and stay. */
export const AWS_PRICE_LIST = 'AWS Price List API';
const ACTOR = 'automatic';
const DAY_MS = 86_400_000;

export type ProposePricesDeps = {
  /** The offers that `readAwsList` reads. */
  priceList: { offers(): Promise<readonly unknown[]> };
  analytics: Pick<TokenAnalyticsStore, 'listActiveOrganizations'>;
  settings: { priceUpdates: Pick<ChoiceStore<PriceUpdates>, 'get'> };
  rateCards: SetRateCardDeps['rateCards'] & Pick<RateCardStore, 'getMany'>;
  audit: SetRateCardDeps['audit'];
  alerts: AlertPublisher;
  telemetry: Telemetry;
};

/**
 * Compares the rate cards of every organization that was active yesterday or today with AWS's price
 * list. Tells people about each new set of differences, and applies what they allow. One
 * organization's failure does not stop the others.
 * @throws Error if the price list cannot be read
 */
export async function proposePrices(
  deps: ProposePricesDeps,
  nowMs: number,
): Promise<{ organizations: number; failed: number }> {
  const models = builtInCards.keys();
  const offers = await deps.priceList.offers();
  const listed = offers.flatMap((offer) => readAwsList(offer, models).listed);
  if (listed.length === 0) {
    deps.telemetry.warn('PRICE_LIST_EMPTY', {});
    return { organizations: 0, failed: 0 };
  }
  const days = [nowMs - DAY_MS, nowMs].map(dayOf);
  const active = await Promise.all(days.map((day) => deps.analytics.listActiveOrganizations(day)));
  const organizations = new Set(active.flat());
  let failed = 0;
  for (const organizationId of organizations) {
    try {
      await proposeTo(deps, organizationId, listed, nowMs);
    } catch (error) {
      failed += 1;
      deps.telemetry.error('PRICES_NOT_PROPOSED', { organizationId, error });
    }
  }
  return { organizations: organizations.size, failed };
}

async function proposeTo(
  deps: ProposePricesDeps,
  organizationId: string,
  listed: readonly ListedPrice[],
  nowMs: number,
): Promise<void> {
  const updates = (await deps.settings.priceUpdates.get(organizationId)) ?? DEFAULT_PRICE_UPDATES;
  if (updates === 'off') return;
  const names = [...new Set(listed.map(({ model }) => model))];
  const own = await deps.rateCards.getMany(organizationId, names);
  const prices = proposalsOf(listed, own, nowMs).map((proposal): AlertedPrice => ({
    ...proposal,
    isApplied: updates === 'apply' && isSafeUnattended(proposal),
    body: rateCardInputOf(proposal.card),
  }));
  if (prices.length > 0) await tellAndApply(deps, organizationId, prices, nowMs);
  if (prices.some(({ isApplied }) => !isApplied)) return;
  await publishQuietly(deps, noPriceWaits(organizationId, nowMs));
}

async function tellAndApply(
  deps: ProposePricesDeps,
  organizationId: string,
  prices: readonly AlertedPrice[],
  nowMs: number,
): Promise<void> {
  // First the message: a run that stops after it applies the rest when it is repeated.
  await deps.alerts.publish(
    priceAlertOf(organizationId, { prices, digest: digestOf(prices) }, nowMs),
  );
  const applied = prices.filter(({ isApplied }) => isApplied);
  for (const { card } of applied) {
    await putRateCard(deps, { organizationId, actor: ACTOR, nowMs }, card);
  }
  deps.telemetry.metric('PriceChanges', prices.length - applied.length, { State: 'proposed' });
  deps.telemetry.metric('PriceChanges', applied.length, { State: 'applied' });
}

/** What the list would change, except prices that the organization set from another source. */
function proposalsOf(
  listed: readonly ListedPrice[],
  own: ReadonlyMap<string, readonly RateCard[]>,
  nowMs: number,
): CardProposal[] {
  const followed = listed.filter(({ model }) => {
    const card = cardInForce(own.get(model) ?? [], nowMs);
    return card === undefined || card.source === AWS_PRICE_LIST;
  });
  const cardsOf = (model: string) => [own.get(model) ?? [], builtInCards.get(model) ?? []];
  const facts = {
    effectiveFromMs: nowMs,
    source: AWS_PRICE_LIST,
    sourceDate: dayOf(nowMs),
  };
  return proposeCards(followed, cardsOf, facts).filter(({ kind }) => kind !== 'same');
}

/** The same for the same changes, whenever they are found. */
const digestOf = (prices: readonly AlertedPrice[]): string =>
  contentDigest({
    prices: prices
      .map(({ model, changes, isApplied }) => ({
        model,
        isApplied,
        changes: changes.map(({ place, field, before, after }) =>
          [place, field, before ?? '', after].join(' '),
        ),
      }))
      .toSorted((left, right) => (left.model < right.model ? -1 : 1)),
  });
