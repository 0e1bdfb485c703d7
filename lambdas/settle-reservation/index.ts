import { createQueue } from '../../aws/queue.ts';
import { settlementServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { settleReservation } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(settleReservation);

export const handler = createHandler({
  ...world,
  ...settlementServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    retentionDays: settings.PURSER_RETENTION_DAYS,
  }),
});
