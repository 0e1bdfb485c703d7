import { readEnvironment } from '../../aws/environment.ts';
import { imagesOf } from '../../aws/stream-record.ts';
import { changedSumOf } from '../../tables/token-analytics/token-analytics.ts';
import { openStore } from '../edge/open-store.ts';
import { reviewDeps } from '../edge/review-deps.ts';
import { watchSpending as watchSpendingFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(watchSpendingFunction);
const db = openStore(settings.PURSER_TABLE_PREFIX);

export const handler = createHandler({
  changeOf(record) {
    const { before, after } = imagesOf(record);
    return changedSumOf(before, after);
  },
  ...reviewDeps(db, settings.PURSER_ALERT_QUEUE_URL),
});
