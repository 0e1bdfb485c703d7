import type { SentEvent, UsageEvent } from '../../contracts/usage.ts';
import type { NanoUsd } from '../../domain/money.ts';
import type { CostBasis } from '../../domain/pricing/cost-basis.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { RejectedEvent } from './charge-usage.ts';
import type { EventCost } from './event-cost.ts';
import { priceEvent } from './price-event.ts';
import { readGivenUsage } from './read-given-usage.ts';

export type PriceEventsDeps = {
  rateCards: Pick<RateCardStore, 'getMany'>;
  costBasis: (organizationId: string) => Promise<CostBasis>;
};

type Indexed<Event> = { index: number; event: Event };

export type PricedEvents = {
  events: Indexed<UsageEvent>[];
  costOf: (event: UsageEvent) => EventCost;
  rejected: RejectedEvent[];
};

/**
 * Reads and prices each event. Charges the cost that the caller states. Without one, charges the cost
 * that the provider reports if the organization books that, or else the price.
 * @param mayStateCost whether the caller's credentials may decide what is charged
 */
export async function priceEvents(
  { rateCards, costBasis }: PriceEventsDeps,
  { organizationId, mayStateCost }: { organizationId: string; mayStateCost: boolean },
  sent: readonly Indexed<SentEvent>[],
): Promise<PricedEvents> {
  const names = sent.flatMap(({ event }) => modelsOf(event));
  const cards = await rateCards.getMany(organizationId, [...new Set(names)]);
  const costs = new Map<UsageEvent, EventCost>();
  const events: Indexed<UsageEvent>[] = [];
  const rejected: RejectedEvent[] = [];
  for (const { index, event } of sent) {
    const priced = priceEvent(event, (model) => cards.get(model) ?? cards.get(modelStem(model)));
    if ('field' in priced) {
      rejected.push({ index, ...priced });
      continue;
    }
    const { costNanoUsd, reportedNanoUsd } = priced;
    events.push({ index, event: priced.event });
    costs.set(priced.event, { costNanoUsd, reportedNanoUsd });
  }
  const isReported = costs.values().some(({ reportedNanoUsd }) => reportedNanoUsd !== undefined);
  const basis = isReported && mayStateCost ? await costBasis(organizationId) : 'priced';
  const stated = (event: UsageEvent, reported: NanoUsd | undefined): NanoUsd | undefined =>
    event.actualCostUsd ?? (basis === 'reported' ? reported : undefined);
  for (const [event, cost] of costs) {
    const statedNanoUsd = stated(event, cost.reportedNanoUsd);
    if (statedNanoUsd !== undefined) costs.set(event, { ...cost, statedNanoUsd });
  }
  return { events, costOf: (event) => costs.get(event) ?? { costNanoUsd: 0n }, rejected };
}

/** The event's own model, and those that its usage names. */
function modelsOf(event: SentEvent): string[] {
  const { model, providerUsage } = event;
  const read = providerUsage ? readGivenUsage(event, { model }) : undefined;
  const others = read && 'parts' in read ? read.parts.flatMap((part) => part.model ?? []) : [];
  return [model, ...others];
}
