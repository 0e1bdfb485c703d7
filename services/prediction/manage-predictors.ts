import type { Call } from '../../domain/access/caller.ts';
import { ONLINE_VERSION } from '../../domain/prediction/predictor-state.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { PredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { notFound } from '../errors.ts';

export type ManagePredictorsDeps = {
  artifacts: Pick<
    PredictorArtifactStore,
    'readPromotion' | 'listModels' | 'promotion' | 'demotion'
  >;
  audit: Pick<AuditLog, 'change'>;
};

/** The current promotion, if any, and the trained versions, newest first. */
export async function readPredictors(
  { artifacts }: Pick<ManagePredictorsDeps, 'artifacts'>,
  organizationId: string,
) {
  const [promotion, models] = await Promise.all([
    artifacts.readPromotion(organizationId),
    artifacts.listModels(organizationId),
  ]);
  return { promotion, models };
}

/**
 * Promotes a version and records who did it. Version `online-2`, the running statistics alone, is
 * always available. @throws ServiceError `not-found` for an unknown version
 */
export async function promotePredictor(
  {
    artifacts,
    audit,
  }: Pick<ManagePredictorsDeps, 'audit'> & {
    artifacts: Pick<PredictorArtifactStore, 'promotion' | 'demotion'>;
  },
  { organizationId, actor, nowMs }: Call,
  { version, rolloutPercent }: { version: string; rolloutPercent: number },
): Promise<void> {
  await audit.change(async () => {
    const isOnline = version === ONLINE_VERSION;
    const artifact = isOnline
      ? await artifacts.demotion(organizationId)
      : await artifacts.promotion(organizationId, version, rolloutPercent);
    if (!artifact && !isOnline) {
      throw notFound(`Predictor ${version} was not artifact.`);
    }
    const entry = {
      organizationId,
      actor,
      action: 'predictor.promote',
      target: 'active',
      before: {
        version: artifact?.before?.model.version ?? ONLINE_VERSION,
        rolloutPercent: artifact?.before?.rolloutPercent ?? 100,
      },
      // Running statistics alone always predict for everyone.
      after: { version, rolloutPercent: isOnline ? 100 : rolloutPercent },
      atMs: nowMs,
    };
    return { entries: [entry], writes: artifact ? [artifact.write] : [] };
  });
}
