import type { AiRequest } from '../../contracts/ai-request.ts';
import { type PredictionView, predictionViewOf } from '../../contracts/predictions.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import { withModels } from '../../domain/naming/model-names.ts';
import { untrained } from '../../domain/prediction/predictor-state.ts';
import type { RateCardStore } from '../../tables/rate-cards.ts';
import { ServiceError } from '../errors.ts';
import type { ModelNames } from '../catalog/model-names.ts';
import type { FlagReader } from '../flags.ts';
import type { CatalogReader } from '../catalog/model-catalog.ts';
import type { PredictorReader } from './predictor-state.ts';
import { candidatesFor } from '../../domain/selection/candidates.ts';
import { supplyFor } from '../../domain/selection/supply.ts';
import { type QuoteSet, quoteRequest } from './quote-request.ts';

export type PredictCostDeps = {
  rateCards: Pick<RateCardStore, 'getMany'>;
  catalogs: CatalogReader;
  predictors: PredictorReader;
  flags: FlagReader;
  names: ModelNames;
  newId: () => string;
};

/**
 * Predicts the cost of a request before it runs. Makes one read, of the organization's own prices.
 * @throws ServiceError `unknown-price` or `invalid-request`
 */
export async function predictCost(
  deps: PredictCostDeps,
  { organizationId, nowMs }: OrganizationCall,
  request: AiRequest,
): Promise<PredictionView> {
  const [quoteSet] = await quoteAll(deps, { organizationId, nowMs }, [request]);
  if (!quoteSet) throw new Error('a request has a quote');
  return predictionViewOf(quoteSet, deps.newId());
}

/**
 * Quotes several requests, in order, with a single read of all prices.
 * @param fieldOf names a field of the request at an index in error messages
 */
export async function quoteAll(
  deps: Omit<PredictCostDeps, 'newId'>,
  { organizationId, nowMs }: OrganizationCall,
  aiRequests: readonly AiRequest[],
  fieldOf: (index: number, field: string) => string = (_, field) => field,
): Promise<QuoteSet[]> {
  const [predictor, catalog, flags, modelOf] = await Promise.all([
    deps.predictors.current(organizationId),
    deps.catalogs.current(organizationId),
    deps.flags.current(organizationId),
    deps.names.read(
      organizationId,
      aiRequests.flatMap(({ model, candidates = [] }) => [model, ...candidates]),
    ),
  ]);
  const requests = aiRequests.map(
    (request) => withModels(request, (name) => modelOf(name, nowMs)).request,
  );
  const orders = requests.map((request) => {
    const supply = supplyFor(request, { catalog, nowMs, feedback: predictor.feedback });
    return { request, supply, models: candidatesFor(request, supply).models };
  });
  const named = new Set(orders.flatMap(({ models }) => models));
  const overrides = await deps.rateCards.getMany(organizationId, [...named]);
  return orders.map((order, index) => {
    const isTrained = flags.isOn('trained-predictor', { organizationId, ...order.request });
    const state = isTrained ? predictor : untrained(predictor);
    const quoteSet = quoteRequest({ ...order, overrides, state });
    if (quoteSet.ok) return quoteSet;
    const { problem } = quoteSet;
    throw new ServiceError(problem.facts, problem.message, {
      fields: problem.fields.map((error) => ({ ...error, field: fieldOf(index, error.field) })),
    });
  });
}
