import type { Telemetry } from '../contracts/telemetry.ts';
import type { Posting } from '../domain/ledger/posting.ts';
import { routeStatisticsOf } from '../domain/prediction/route-statistics.ts';
import type { PredictorArtifactStore } from '../tables/predictor-artifacts.ts';

/**
 * Lets predictors learn from requests that were served, off the caller's path. Statistics are
 * estimates: what cannot be stored is given up with a warning, and never stops the bookkeeping.
 */
export const createLearning =
  (deps: { artifacts: Pick<PredictorArtifactStore, 'addRouteStatistics'>; telemetry: Telemetry }) =>
  async (postings: readonly Posting[]): Promise<void> => {
    const byOrganization = Map.groupBy(postings, ({ organizationId }) => organizationId);
    for (const [organizationId, own] of byOrganization) {
      try {
        const updates = routeStatisticsOf(own);
        const lost = await deps.artifacts.addRouteStatistics(organizationId, updates);
        if (lost > 0)
          deps.telemetry.warn('ROUTE_STATISTICS_LOST', { organizationId, routes: lost });
      } catch (error) {
        deps.telemetry.error('ROUTE_STATISTICS_LOST', { organizationId, error });
      }
    }
  };
