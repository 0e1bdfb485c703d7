import type { AiRequest } from '../../contracts/ai-request.ts';
import type { Call } from '../../domain/access/caller.ts';
import type { Catalog } from '../../domain/catalog/model.ts';
import { type PredictorState, untrained } from '../../domain/prediction/predictor-state.ts';
import { candidatesFor } from '../../domain/selection/candidates.ts';
import type { CatalogReader } from '../catalog/model-catalog.ts';
import type { FlagReader } from '../flags.ts';
import type { PredictorReader } from '../prediction/predictor-state.ts';

/** What a call asks money for. */
export type Asked = {
  call: Call;
  request: AiRequest;
  /** Tells requests of one key apart (`digestOf`). */
  requestDigest: string;
};

/** What a call asks money for, and all that stays the same however often its facts are read. */
export type ReservationOrder = Asked & {
  predictor: PredictorState;
  catalog: Catalog;
  /** The model asked for; every candidate where none is. */
  askedModels: string[];
  /** Every model that may serve the request, those asked for first. */
  models: string[];
  /** Throttles in force count. */
  isThrottled: boolean;
};

export type OrderDeps = {
  predictors: PredictorReader;
  catalogs: CatalogReader;
  flags: FlagReader;
};

/** What a request may be served with, by the flags of its principals. */
export async function orderOf(
  { predictors, catalogs, flags }: OrderDeps,
  asked: Asked,
): Promise<ReservationOrder> {
  const { call, request } = asked;
  const { organizationId } = call;
  const [trained, catalog, switches] = await Promise.all([
    predictors.current(organizationId),
    catalogs.current(organizationId),
    flags.current(organizationId),
  ]);
  const principals = { organizationId, ...request };
  const { models } = candidatesFor(request, catalog);
  const askedModels = request.model === undefined ? models : models.slice(0, 1);
  return {
    ...asked,
    predictor: switches.isOn('trained-predictor', principals) ? trained : untrained(trained),
    catalog,
    askedModels,
    models: switches.isOn('model-switching', principals) ? models : askedModels,
    isThrottled: switches.isOn('throttling', principals),
  };
}
