import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import type { Offer } from '../../domain/ledger/decide-reservation.ts';
import type { PredictorState } from '../../domain/prediction/predictor-state.ts';
import { scopesOf } from '../../domain/scopes.ts';
import { parseRateCardItem, rateCardKey, rateCardsTable } from '../../tables/rate-cards.ts';
import type { Control } from '../../domain/controls/control.ts';
import type { ControlsReader } from '../controls/controls-in-force.ts';
import type { ReadOptions, Standings, StandingsReader } from '../budgets/budget-standings.ts';
import { type Quote, type Quoted, quoteRequest } from '../prediction/predict-cost.ts';

/** The prices of a request, and the budgets and controls that any of its models touches. */
export type Facts = { quoting: Quoted; read: Standings; controls: Control[] };

/** Reads and prices what a reservation of one of these models is decided from, at once. */
export async function readFacts(
  deps: { standings: StandingsReader; controls: ControlsReader },
  organizationId: string,
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
  const further = models.map((model) => ({
    table: rateCardsTable.name,
    key: rateCardKey(organizationId, model),
  }));
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
  return { quoting, read, controls };
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
