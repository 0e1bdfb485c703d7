import { createQueue } from '../../aws/queue.ts';
import { monitorServices } from '../../composition/controls.ts';
import { TELLING_DELAY_SECONDS } from '../../services/alerts/breach-queue.ts';
import { openFunction } from '../edge/open-function.ts';
import { monitorCosts } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(monitorCosts);

export const handler = createHandler(
  monitorServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    breachQueue: createQueue(settings.PURSER_ALERT_QUEUE_URL, {
      delaySeconds: TELLING_DELAY_SECONDS,
    }),
    retentionDays: settings.PURSER_RETENTION_DAYS,
  }),
);
