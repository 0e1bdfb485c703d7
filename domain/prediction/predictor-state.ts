import type { OutputModel } from './fitted-model.ts';
import {
  addStatistics,
  CELLS_PER_OCTAVE,
  emptyStatistics,
  type OutputStatistics,
  type Route,
  routeKey,
  type RouteStatistics,
} from './route-statistics.ts';

/** Statistics of one route with their sums, ready to be read on the caller's path. */
export type RouteHistory = {
  total: OutputStatistics;
  /** By `inputCell`. */
  cells: ReadonlyMap<number, OutputStatistics>;
};

/** All that the predictor of one organization knows at one moment. It is never changed in place. */
export type PredictorState = {
  /** Of the promoted model, or `online` when none was promoted. */
  version: string;
  routes: ReadonlyMap<string, RouteHistory>;
  /** By model stem, over all systems and operations. */
  models: ReadonlyMap<string, OutputStatistics>;
  overall: OutputStatistics;
  model?: OutputModel | undefined;
};

/** Version of a predictor that has running statistics only. */
export const ONLINE_VERSION = 'online-1';

/** The state that running statistics and the promoted model, if any, make up. */
export function createState(
  routes: Iterable<{ route: Route; statistics: RouteStatistics }>,
  model?: OutputModel,
): PredictorState {
  const histories = new Map<string, RouteHistory>();
  const models = new Map<string, OutputStatistics>();
  const overall = emptyStatistics();
  for (const { route, statistics } of routes) {
    const history = historyOf(statistics);
    histories.set(routeKey(route), history);
    let sum = models.get(route.model);
    if (!sum) models.set(route.model, (sum = emptyStatistics()));
    addStatistics(sum, history.total);
    addStatistics(overall, history.total);
  }
  return { version: model?.version ?? ONLINE_VERSION, routes: histories, models, overall, model };
}

/** The state of an organization of which nothing is known yet. */
export const coldState = (): PredictorState => createState([]);

/** The statistics of a route with their sum. */
export function historyOf({ cells }: RouteStatistics): RouteHistory {
  const total = emptyStatistics();
  for (const cell of cells.values()) addStatistics(total, cell);
  return { total, cells };
}

/** Statistics of all inputs of a route within the same doubling of length as a cell. */
export function octaveAround({ cells }: RouteHistory, cell: number): OutputStatistics {
  const octave = emptyStatistics();
  const first = cell - (cell % CELLS_PER_OCTAVE);
  for (let index = first; index < first + CELLS_PER_OCTAVE; index += 1) {
    const part = cells.get(index);
    if (part) addStatistics(octave, part);
  }
  return octave;
}
