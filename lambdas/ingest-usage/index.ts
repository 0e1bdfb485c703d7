import { createQueue } from '../../aws/queue.ts';
import { chargeServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { ingestUsage } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(ingestUsage);

export const handler = createHandler({
  ...world,
  ...chargeServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    retentionDays: settings.PURSER_RETENTION_DAYS,
  }),
});
