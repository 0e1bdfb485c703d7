import { feedbackOf, type LearnedFeedback } from './model-feedback.ts';
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

/**
 * Everything that an organization's predictor knows at one moment. Predictions do not change it.
 */
export type PredictorState = {
  /** Version of the promoted model, or `online` if none is promoted. */
  version: string;
  routes: ReadonlyMap<string, RouteStatistics>;
  kindred: KindredRoutes;
  overall: OutputStatistics;
  /**
   * Sum of the upper-bound feedback of all routes, in octaves; the starting point of a new route.
   */
  boundOctaves: number;
  /** What settlements taught about models, for their selection. */
  feedback: LearnedFeedback;
  model?: OutputModel | undefined;
  promotion?: Promotion | undefined;
};

/** Version of a predictor that uses only running statistics. */
export const ONLINE_VERSION = 'online-2';

/** Builds the state from running statistics and the promoted model, if any. */
export function createState(
  routes: Iterable<{ route: Route; statistics: RouteStatistics }>,
  promotion?: Promotion,
): PredictorState {
  const learned = [...routes];
  const byKey = new Map<string, RouteStatistics>();
  const kindred = new Map<string, Kindred>();
  const overall = emptyStatistics();
  let boundOctaves = 0;
  for (const { route, statistics } of learned) {
    byKey.set(routeKey(route), statistics);
    addToKindred(kindred, route, statistics.total);
    addStatistics(overall, statistics.total);
    boundOctaves += statistics.boundOctaves;
  }
  const model = promotion?.model;
  const version = model?.version ?? ONLINE_VERSION;
  const feedback = feedbackOf(
    learned.map(({ route, statistics }) => ({ route, feedback: statistics.feedback })),
  );
  return { version, routes: byKey, kindred, overall, boundOctaves, feedback, model, promotion };
}

/**
 * The state for one user while a model is rolled out. A user always gets the same model, and each
 * version starts with a different part of the users.
 */
export function stateFor(state: PredictorState, userId: string): PredictorState {
  const { promotion } = state;
  if (!promotion || promotion.rolloutPercent >= 100) return state;
  const { model, previous, rolloutPercent } = promotion;
  if (isReached(model.version, userId, rolloutPercent)) return state;
  return { ...state, model: previous, version: previous?.version ?? ONLINE_VERSION };
}

/** The state without a trained model, so that running statistics predict alone. */
export const untrained = (state: PredictorState): PredictorState => ({
  ...state,
  version: ONLINE_VERSION,
  model: undefined,
  promotion: undefined,
});

/** The state of an organization without history. */
export const coldState = (): PredictorState => createState([]);
