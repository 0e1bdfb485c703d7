import { createState, type PredictorState } from '../../domain/prediction/predictor-state.ts';
import { routeKey, type RouteStatistics } from '../../domain/prediction/route-statistics.ts';
import type {
  Learned,
  PredictorArtifactStore,
} from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createMemory } from '../memory.ts';
import { createRefreshed } from '../refreshed.ts';

/** Older statistics of the routes in use are refreshed in the background. */
const FRESH_MS = 10_000;
/** A process that slept this long refreshes before it answers. */
const STALE_MS = 15 * 60_000;
/** Other routes only tell what is usual, so they are read again this seldom. */
const WHOLE_MS = 10 * 60_000;
/** More routes than this are read faster as a whole. */
const MOST_ROUTES_APART = 50;
const ORGANIZATIONS_KEPT = 1_000;

export type PredictorReader = { current(organizationId: string): Promise<PredictorState> };

/** An organization's predictor as a process has read it. */
type Snapshot = {
  wholeAtMs: number;
  routes: Map<string, Learned['routes'][number]>;
  /** The routes that predictions asked for since the last read. */
  requestedRoutes: Set<string>;
};

/**
 * Caches each organization's predictor: awaits it on first use, refreshes it in the background. A
 * refresh reads the promoted model and the routes that predictions asked for since the last one;
 * every ten minutes it reads all routes.
 */
export function createPredictorState(deps: {
  artifacts: Pick<PredictorArtifactStore, 'read'>;
  now: () => number;
  onError?: (error: unknown) => void;
}): PredictorReader {
  const { artifacts, now, onError } = deps;
  const snapshots = createMemory<Snapshot>({ most: ORGANIZATIONS_KEPT });

  async function load(organizationId: string): Promise<PredictorState> {
    const before = snapshots.get(organizationId);
    const isRecent = before !== undefined && Math.abs(now() - before.wholeAtMs) < WHOLE_MS;
    const keys =
      isRecent && before.requestedRoutes.size <= MOST_ROUTES_APART
        ? [...before.requestedRoutes]
        : undefined;
    // Predictions use the earlier state during the read. What they ask for then is read the next time.
    const requestedRoutes = before?.requestedRoutes ?? new Set<string>();
    requestedRoutes.clear();
    const { routes, promotion } = await artifacts.read(organizationId, keys);
    const snapshot: Snapshot = {
      wholeAtMs: keys && before ? before.wholeAtMs : now(),
      routes: new Map(keys && before?.routes),
      requestedRoutes,
    };
    for (const each of routes) snapshot.routes.set(routeKey(each.route), each);
    snapshots.set(organizationId, snapshot);
    const state = createState(snapshot.routes.values(), promotion);
    return { ...state, routes: new AskedRoutes(state.routes, snapshot.requestedRoutes) };
  }

  return { current: createRefreshed(load, { now, freshMs: FRESH_MS, staleMs: STALE_MS, onError }) };
}

/** Statistics by route, which remember the routes that were asked for. */
class AskedRoutes extends Map<string, RouteStatistics> {
  private readonly requestedRoutes: Set<string> | undefined;

  constructor(routes: Iterable<readonly [string, RouteStatistics]>, requestedRoutes: Set<string>) {
    super(routes);
    this.requestedRoutes = requestedRoutes;
  }

  override get(key: string): RouteStatistics | undefined {
    this.requestedRoutes?.add(key);
    return super.get(key);
  }
}
