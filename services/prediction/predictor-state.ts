import { createState, type PredictorState } from '../../domain/prediction/predictor-state.ts';
import type { PredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRefreshed } from '../refreshed.ts';

/** How old statistics may grow before they are read again, behind the answer. */
const FRESH_MS = 10_000;
/** A process that slept this long reads before it answers. */
const STALE_MS = 15 * 60_000;

export type PredictorReader = { current(organizationId: string): Promise<PredictorState> };

/** The predictor of each organization, in memory: awaited on first use, renewed behind answers. */
export function createPredictorState(deps: {
  artifacts: Pick<PredictorArtifactStore, 'read'>;
  now: () => number;
  onError?: (error: unknown) => void;
}): PredictorReader {
  const { now, onError } = deps;
  const current = createRefreshed(
    async (organizationId) => {
      const { routes, promotion } = await deps.artifacts.read(organizationId);
      return createState(routes, promotion);
    },
    { now, freshMs: FRESH_MS, staleMs: STALE_MS, onError },
  );
  return { current };
}
