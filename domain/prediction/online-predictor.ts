import {
  historyOf,
  ONLINE_VERSION,
  type PredictorState,
  type RouteHistory,
} from './predictor-state.ts';
import {
  addStatistics,
  emptyRoute,
  emptyStatistics,
  type Observation,
  observe,
  type OutputStatistics,
  type Route,
  routeKey,
  type RouteStatistics,
} from './route-statistics.ts';

/**
 * A predictor that learns request by request, in memory: what back-tests and replays use to meet
 * every request as the product would have met it. Its state changes in place.
 */
export function createOnlinePredictor() {
  const routes = new Map<string, RouteHistory>();
  const models = new Map<string, OutputStatistics>();
  const overall = emptyStatistics();
  const statistics = new Map<string, RouteStatistics>();
  const state: PredictorState = { version: ONLINE_VERSION, routes, models, overall };

  return {
    state,
    /** Adds one served request (`updateModel`). */
    learn(route: Route, observation: Observation): void {
      const key = routeKey(route);
      const learned = statistics.get(key) ?? emptyRoute();
      statistics.set(key, learned);
      const before = routes.get(key)?.total ?? emptyStatistics();
      observe(learned, [observation]);
      const history = historyOf(learned);
      routes.set(key, history);
      const model = models.get(route.model) ?? emptyStatistics();
      models.set(route.model, model);
      for (const sum of [model, overall]) {
        addStatistics(sum, before, -1);
        addStatistics(sum, history.total);
      }
    },
  };
}
