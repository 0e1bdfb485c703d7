import { createQueue } from '../../aws/queue.ts';
import { fromImages } from '../../aws/stream-record.ts';
import { changedSumOf } from '../../tables/token-analytics/token-analytics.ts';
import { reviewServices } from '../../composition/controls.ts';
import { TELLING_DELAY_SECONDS } from '../../services/alerts/breach-queue.ts';
import { openFunction } from '../edge/open-function.ts';
import { watchSpending } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(watchSpending);

export const handler = createHandler({
  ...reviewServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    breachQueue: createQueue(settings.PURSER_ALERT_QUEUE_URL, {
      delaySeconds: TELLING_DELAY_SECONDS,
    }),
  }),
  changeOf: fromImages(changedSumOf),
});
