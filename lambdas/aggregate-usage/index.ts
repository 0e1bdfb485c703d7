import { readEnvironment } from '../../aws/environment.ts';
import { imagesOf } from '../../aws/stream-record.ts';
import { createLearning } from '../../services/learn-from-postings.ts';
import { postingsOfChange } from '../../tables/ledger-entry-items.ts';
import { createPredictorArtifactStore } from '../../tables/predictor-artifacts.ts';
import { createTokenUsageStore } from '../../tables/token-usage.ts';
import { openStore } from '../edge/open-store.ts';
import { edge } from '../edge/runtime.ts';
import { aggregateUsage as aggregateUsageFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(aggregateUsageFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  ...edge,
  postingsOf(record) {
    const { before, after } = imagesOf(record);
    return postingsOfChange(before, after);
  },
  usage: createTokenUsageStore(db),
  learn: createLearning({ artifacts: createPredictorArtifactStore(db), ...edge }),
  retentionDays: settings.PURSER_RETENTION_DAYS,
});
