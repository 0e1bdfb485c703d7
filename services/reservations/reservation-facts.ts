import type { AiRequest } from '../../contracts/ai-request.ts';
import { isOperators } from '../../domain/access/caller.ts';
import type { Control } from '../../domain/controls/control.ts';
import type { Attempt } from '../../domain/ledger/attempt.ts';
import { type Conduct, raisedHold, refusalOf } from '../../domain/ledger/conduct.ts';
import type { Offer } from '../../domain/ledger/decide-reservation.ts';
import type { ReservationFacts } from '../../domain/ledger/next-step.ts';
import { walletRefOf } from '../../domain/ledger/wallet.ts';
import { maxNanoUsd, type NanoUsd } from '../../domain/money.ts';
import { type ScopeRef, scopesOf } from '../../domain/scopes.ts';
import { conductRead } from '../../tables/ledger/conduct.ts';
import { rateCardRead } from '../../tables/rate-cards.ts';
import { createReadPlan } from '../../tables/read-plan.ts';
import type { Standings, StandingsReader } from '../budgets/budget-standings.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import { type Quote, type Quoted, quoteRequest } from '../prediction/predict-cost.ts';
import { admittedOffers } from './admitted-offers.ts';
import type { ReservationOrder } from './reservation-order.ts';

/** What a quote would hold by its prediction alone, where the conduct of the key is watched. */
export type Declared = { declaredNanoUsd?: NanoUsd };

/** A quoting whose upper bounds are what will be held. */
export type HeldQuoting = Omit<Quoted, 'quotes'> & { quotes: (Quote & Declared)[] };

export type Facts = ReservationFacts<Control> & { quoting: HeldQuoting; conduct: Conduct };

/**
 * Reads and prices what a reservation is decided from, at once.
 * @param isWide for every model that may serve the request, not only for the one asked for
 */
export async function readFacts(
  deps: { standings: StandingsReader; controls: ControlsReader },
  order: ReservationOrder,
  { identity, placed, isFresh }: Attempt<Control>,
  isWide: boolean,
): Promise<Facts> {
  const { call, request, predictor, catalog } = order;
  const { organizationId, actor } = call;
  const models = isWide ? order.models : order.askedModels;
  const scopes = scopesTouched(organizationId, request, models);
  const { reservationId: entryId, occurredAtMs: atMs } = identity;
  const plan = createReadPlan();
  const cards = models.map((model) => plan.add(rateCardRead(organizationId, model)));
  const keyConduct = plan.add(conductRead(organizationId, actor));
  const [read, controls] = await Promise.all([
    deps.standings.read(organizationId, scopes, atMs, {
      isFresh,
      holder: { userId: request.userId, entryId, wallet: placed && walletRefOf(placed) },
      plan,
    }),
    deps.controls.inForce(organizationId, scopes),
  ]);
  const conduct = keyConduct.value;
  const overrides = new Map(models.map((model, position) => [model, cards[position]?.value ?? []]));
  const quoted = quoteRequest({
    request,
    models,
    overrides,
    state: predictor,
    catalog,
    nowMs: atMs,
  });
  if (!quoted.ok) throw quoted.problem;
  const quotes = quoted.quotes.map((quote) => raisedQuote(quote, request, conduct));
  const quoting = { ...quoted, quotes };
  const offers = offersOf(quoting, read, organizationId, request);
  const [{ model: askedModel }] = offers;
  return {
    quoting,
    conduct,
    conductRefusal: isOperators(call)
      ? undefined
      : refusalOf(conduct, { ...request, model: askedModel }),
    admitted: admittedOffers(
      offers,
      controls.filter(({ restriction }) => order.isThrottled || restriction.action !== 'throttle'),
      organizationId,
      request,
    ),
    askedModel,
    isWide: models.length === order.models.length,
    wallet: read.wallet,
  };
}

/** The scopes that a request touches with any of these models, each once. */
function scopesTouched(organizationId: string, request: AiRequest, models: string[]): ScopeRef[] {
  const scopes = models.flatMap((model) => scopesOf({ organizationId, ...request, model }));
  return [...new Map(scopes.map((ref) => [`${ref.scope}#${ref.scopeId}`, ref])).values()];
}

/** A quote whose upper bound, which will be held, is what the conduct of the key makes of it. */
function raisedQuote(quote: Quote, request: AiRequest, conduct: Conduct): Quote & Declared {
  const { model, upperBoundNanoUsd: declaredNanoUsd } = quote;
  const upperBoundNanoUsd = raisedHold(conduct, { ...request, model }, declaredNanoUsd);
  if (upperBoundNanoUsd === undefined) return quote;
  const ceilingNanoUsd = maxNanoUsd(quote.ceilingNanoUsd, upperBoundNanoUsd);
  return { ...quote, upperBoundNanoUsd, ceilingNanoUsd, declaredNanoUsd };
}

/** The model asked for, then cheaper ones; dearer ones are no way out of a tight budget. */
function offersOf(
  quoting: HeldQuoting,
  read: Standings,
  organizationId: string,
  request: AiRequest,
): [Offer, ...Offer[]] {
  const offer = ({ model, upperBoundNanoUsd }: Quote): Offer => ({
    model,
    amountNanoUsd: upperBoundNanoUsd,
    standings: read.of(scopesOf({ organizationId, ...request, model })),
  });
  const [first, ...others] = quoting.quotes;
  if (!first) throw new Error('a request was priced for no model');
  return [
    offer(first),
    ...others
      .filter(({ upperBoundNanoUsd }) => upperBoundNanoUsd < first.upperBoundNanoUsd)
      .filter(
        ({ quality }) => request.minQuality === undefined || (quality ?? 0) >= request.minQuality,
      )
      .map(offer),
  ];
}
