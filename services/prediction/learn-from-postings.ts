import type { Telemetry } from '../../contracts/telemetry.ts';
import type { Posting } from '../../domain/ledger/posting.ts';
import { isLearned } from '../../domain/prediction/learned-batch.ts';
import { learnRoute } from '../../domain/prediction/online-predictor.ts';
import { routeStatisticsOf } from '../../domain/prediction/route-statistics.ts';
import type { PredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import type { PredictorReader } from './predictor-state.ts';

/**
 * Trains the online predictors on served requests, off the caller's path; on a share of them under
 * load. Statistics are only
 * estimates: if they cannot be stored, logs a warning and moves on, so that bookkeeping never
 * stops.
 */
export const createLearning =
  (deps: {
    artifacts: Pick<PredictorArtifactStore, 'updateRoute'>;
    predictors: PredictorReader;
    telemetry: Telemetry;
  }) =>
  async (postings: readonly Posting[]): Promise<void> => {
    const byOrganization = Map.groupBy(postings, ({ organizationId }) => organizationId);
    for (const [organizationId, own] of byOrganization) {
      if (!isLearned(own.length, own[0]?.postingId ?? '')) continue;
      try {
        const updates = routeStatisticsOf(own);
        if (updates.length === 0) continue;
        const state = await deps.predictors.current(organizationId);
        const learned = await Promise.all(
          updates.map(({ route, observations }) =>
            deps.artifacts.updateRoute(organizationId, route, (statistics) => {
              for (const observation of observations) {
                learnRoute(route, statistics, observation, state);
              }
            }),
          ),
        );
        const lost = learned.filter((done) => !done).length;
        if (lost > 0)
          deps.telemetry.warn('ROUTE_STATISTICS_LOST', { organizationId, routes: lost });
      } catch (error) {
        deps.telemetry.error('ROUTE_STATISTICS_LOST', { organizationId, error });
      }
    }
  };
