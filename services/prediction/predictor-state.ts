import { createState, type PredictorState } from '../../domain/prediction/predictor-state.ts';
import type { PredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRefreshed } from '../refreshed.ts';

/** Older statistics are refreshed in the background. */
const FRESH_MS = 10_000;
/** A process that slept this long refreshes before it answers. */
const STALE_MS = 15 * 60_000;

export type PredictorReader = { current(organizationId: string): Promise<PredictorState> };

/** Caches each organization's predictor: awaits it on first use, refreshes it in the background. */
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
