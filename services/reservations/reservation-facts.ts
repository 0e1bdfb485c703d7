import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import type { Offer } from '../../domain/ledger/decide-reservation.ts';
import type { PredictorState } from '../../domain/prediction/predictor-state.ts';
import { maxNanoUsd, type NanoUsd } from '../../domain/money.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { parseRateCardItem, rateCardKey, rateCardsTable } from '../../tables/rate-cards.ts';
import { type Conduct, raisedHold } from '../../domain/ledger/conduct.ts';
import { conductKey, parseConduct } from '../../tables/ledger/conduct.ts';
import { ledgerTable } from '../../tables/ledger/table.ts';
import type { Control } from '../../domain/controls/control.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import type { ReadOptions, Standings, StandingsReader } from '../budgets/budget-standings.ts';
import { type Quote, type Quoted, quoteRequest } from '../prediction/predict-cost.ts';

/** What a quote would hold by its prediction alone, where the conduct of the key is watched. */
export type Declared = { declaredNanoUsd?: NanoUsd };

/** The prices of a request, and the budgets and controls that any of its models touches. */
export type Facts = {
  quoting: Omit<Quoted, 'quotes'> & { quotes: (Quote & Declared)[] };
  read: Standings;
  controls: Control[];
  /** Of the key that asks. */
  conduct: Conduct;
};

/** Reads and prices what a reservation of one of these models is decided from, at once. */
export async function readFacts(
  deps: { standings: StandingsReader; controls: ControlsReader },
  { organizationId, actor }: Call,
  request: AiRequest,
  models: string[],
  { state, catalog, atMs }: { state: PredictorState; catalog: Catalog; atMs: number },
  options: Pick<ReadOptions, 'holder' | 'isFresh'>,
): Promise<Facts> {
  const refs = new Map(
    models
      .flatMap((model) => scopesOf({ organizationId, ...request, model }))
      .map((ref) => [`${ref.scope}#${ref.scopeId}`, ref]),
  );
  const further = [
    ...models.map((model) => ({
      table: rateCardsTable.name,
      key: rateCardKey(organizationId, model),
    })),
    { table: ledgerTable.name, key: conductKey(organizationId, actor) },
  ];
  const scopes = [...refs.values()];
  const [read, controls] = await Promise.all([
    deps.standings.read(organizationId, scopes, atMs, { ...options, further }),
    deps.controls.inForce(organizationId, scopes),
  ]);
  const overrides = new Map(
    models.map((model, position) => [model, parseRateCardItem(read.further[position])]),
  );
  const quoting = quoteRequest({ request, models, overrides, state, catalog, nowMs: atMs });
  if (!quoting.ok) throw quoting.problem;
  const conduct = parseConduct(read.further[models.length]);
  const quotes = quoting.quotes.map((quote) => raisedQuote(quote, request, conduct));
  return { quoting: { ...quoting, quotes }, read, controls, conduct };
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
export function offersOf(
  { quoting, read }: Facts,
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
