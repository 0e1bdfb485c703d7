import type { SentEvent, UsageEvent } from '../../contracts/usage.ts';
import type { EventCost } from '../../domain/ledger/event-cost.ts';
import { bookedNanoUsd, type CostBasis } from '../../domain/pricing/cost-basis.ts';
import { modelStem } from '../../domain/pricing/model-id.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import type { RejectedEvent } from './charge-usage.ts';
import { type EventRefusal, type PricedEvent, priceEvent, readEvent } from './price-event.ts';

export type PriceEventsDeps = {
  rateCards: Pick<RateCardStore, 'getMany'>;
  costBasis: (organizationId: string) => Promise<CostBasis>;
};

type Indexed<Event> = { index: number; event: Event };

export type PricedEvents = {
  events: Indexed<UsageEvent>[];
  costOf: (event: UsageEvent) => EventCost;
  rejected: (RejectedEvent & Pick<EventRefusal, 'cause'>)[];
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
  const read = sent.map((each) => ({ ...each, reading: readEvent(each.event) }));
  const names = read.flatMap(({ event, reading }) => [event.model, ...modelsOf(reading)]);
  const cards = await rateCards.getMany(organizationId, [...new Set(names)]);
  const cardsOf = (model: string) => cards.get(model) ?? cards.get(modelStem(model));
  const priced: (Indexed<UsageEvent> & Omit<PricedEvent, 'event'>)[] = [];
  const rejected: PricedEvents['rejected'] = [];
  for (const { index, event, reading } of read) {
    const outcome = priceEvent(event, cardsOf, reading);
    if ('field' in outcome) rejected.push({ index, ...outcome });
    else priced.push({ index, ...outcome });
  }
  const isReported = priced.some(({ reportedNanoUsd }) => reportedNanoUsd !== undefined);
  const basis = isReported && mayStateCost ? await costBasis(organizationId) : 'priced';
  const costs = new Map(
    priced.map(({ event, costNanoUsd, reportedNanoUsd, priceBasis }): [UsageEvent, EventCost] => {
      const stated = { statedNanoUsd: event.actualCostUsd, reportedNanoUsd };
      const statedNanoUsd = bookedNanoUsd({ ...stated, pricedNanoUsd: costNanoUsd }, basis);
      return [event, { costNanoUsd, statedNanoUsd, reportedNanoUsd, priceBasis }];
    }),
  );
  return {
    events: priced.map(({ index, event }) => ({ index, event })),
    costOf(event) {
      const cost = costs.get(event);
      if (!cost) throw new Error(`event ${event.eventId} was not priced`);
      return cost;
    },
    rejected,
  };
}

/** The models that a report names. */
const modelsOf = (reading: ReturnType<typeof readEvent>): string[] =>
  'parts' in reading ? reading.parts.flatMap((part) => part.model ?? []) : [];
