import { addFeedback } from './model-feedback.ts';
import { addToKindred, type Kindred } from './kindred-routes.ts';
import { ONLINE_VERSION, type PredictorState } from './predictor-state.ts';
import { learnRequest } from './route-mixture.ts';
import { widerDistribution } from './wider-distribution.ts';
import {
  addOutput,
  addStatistics,
  emptyRoute,
  emptyStatistics,
  type Observation,
  type Route,
  routeKey,
  type RouteStatistics,
} from './route-statistics.ts';

/**
 * Adds one served request to its route's statistics, in place (`updateModel`).
 * @param state the organization's statistics, possibly a few seconds old
 */
export function learnRoute(
  route: Route,
  statistics: RouteStatistics,
  observation: Observation,
  state: PredictorState,
): void {
  const { distribution } = widerDistribution({ ...route, ...observation }, state, statistics.total);
  learnRequest(statistics, observation, distribution, state.boundOctaves);
  addOutput(statistics.total, observation.outputTokens);
  addFeedback(statistics.feedback, observation);
  statistics.requests += 1;
}

/**
 * A predictor that learns in memory, request by request. Back-tests and replays use it to meet
 * every request as the product would have. Its state changes in place.
 */
export function createOnlinePredictor() {
  const routes = new Map<string, RouteStatistics>();
  const kindred = new Map<string, Kindred>();
  const overall = emptyStatistics();
  const state: PredictorState = {
    version: ONLINE_VERSION,
    routes,
    kindred,
    overall,
    boundOctaves: 0,
    feedback: new Map(),
  };

  return {
    state,
    /** Adds one served request. */
    learn(route: Route, observation: Observation): void {
      const key = routeKey(route);
      const storedRoute = routes.get(key);
      const statistics = storedRoute ?? emptyRoute();
      routes.set(key, statistics);
      const before = { ...statistics.total, bins: statistics.total.bins.slice() };
      const { boundOctaves } = statistics;
      learnRoute(route, statistics, observation, state);
      addToKindred(kindred, route, statistics.total, storedRoute && before);
      addStatistics(overall, before, -1);
      addStatistics(overall, statistics.total);
      state.boundOctaves += statistics.boundOctaves - boundOctaves;
    },
  };
}
