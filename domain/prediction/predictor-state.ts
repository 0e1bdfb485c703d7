import { isReached } from '../rollout.ts';
import type { OutputModel, Promotion } from './fitted-model.ts';
import { addToKindred, type Kindred, type KindredRoutes } from './kindred-routes.ts';
import {
  addStatistics,
  emptyStatistics,
  type OutputStatistics,
  type Route,
  routeKey,
  type RouteStatistics,
} from './route-statistics.ts';

/** All that the predictor of one organization knows at one moment. Predictions do not change it. */
export type PredictorState = {
  /** Version of the promoted model, or `online` if none was promoted. */
  version: string;
  routes: ReadonlyMap<string, RouteStatistics>;
  kindred: KindredRoutes;
  overall: OutputStatistics;
  /** Sum of the feedback of all routes' upper bounds, in octaves: where a new route begins. */
  boundOctaves: number;
  model?: OutputModel | undefined;
  promotion?: Promotion | undefined;
};

/** Version of a predictor that has running statistics only. */
export const ONLINE_VERSION = 'online-2';

/** The state that running statistics and the promoted model, if any, make up. */
export function createState(
  routes: Iterable<{ route: Route; statistics: RouteStatistics }>,
  promotion?: Promotion,
): PredictorState {
  const byKey = new Map<string, RouteStatistics>();
  const kindred = new Map<string, Kindred>();
  const overall = emptyStatistics();
  let boundOctaves = 0;
  for (const { route, statistics } of routes) {
    byKey.set(routeKey(route), statistics);
    addToKindred(kindred, route, statistics.total);
    addStatistics(overall, statistics.total);
    boundOctaves += statistics.boundOctaves;
  }
  const model = promotion?.model;
  const version = model?.version ?? ONLINE_VERSION;
  return { version, routes: byKey, kindred, overall, boundOctaves, model, promotion };
}

/**
 * The state that serves a user of the organization while a model is rolled out: the same user always
 * has the same model, and another part of the users comes first with every version.
 */
export function stateFor(state: PredictorState, userId: string): PredictorState {
  const { promotion } = state;
  if (!promotion || promotion.rolloutPercent >= 100) return state;
  const { model, previous, rolloutPercent } = promotion;
  if (isReached(model.version, userId, rolloutPercent)) return state;
  return { ...state, model: previous, version: previous?.version ?? ONLINE_VERSION };
}

/** The state without any trained model: running statistics alone predict. */
export const untrained = (state: PredictorState): PredictorState => ({
  ...state,
  version: ONLINE_VERSION,
  model: undefined,
  promotion: undefined,
});

/** The state of an organization without any history. */
export const coldState = (): PredictorState => createState([]);
