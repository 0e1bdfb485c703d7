import { readEnvironment } from '../../aws/environment.ts';
import { createModelCatalog } from '../../services/catalog/model-catalog.ts';
import { createAuditLog } from '../../tables/audit-log/audit-log.ts';
import { createModelStore } from '../../tables/models.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts/predictor-artifacts.ts';
import { createRateCardStore } from '../../tables/rate-cards.ts';
import { createIdempotencyKeyStore } from '../../tables/idempotency-keys.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { catalog as catalogFunction } from './function.ts';
import { createHandler } from './handler.ts';

const { PURSER_TABLE_PREFIX } = readEnvironment(catalogFunction);
const db = openStore(PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  sentKeys: createIdempotencyKeyStore(db),
  rateCards: createRateCardStore(db),
  catalogs: createModelCatalog({ models: createModelStore(db), now: edge.now }),
  artifacts: createPredictorArtifactStore(db),
  audit: createAuditLog(db, edge.telemetry),
});
