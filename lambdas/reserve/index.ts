import { createQueue } from '../../aws/queue.ts';
import { decisionServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { reserve } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(reserve);

export const handler = createHandler({
  ...world,
  ...decisionServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    retentionDays: settings.PURSER_RETENTION_DAYS,
    holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
  }),
});
