import { startsAhead } from '../../aws/environment.ts';
import { createQueue } from '../../aws/queue.ts';
import { decisionServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { reserve } from './function.ts';
import { createHandler } from './handler.ts';
import { warmUp } from './warm-up.ts';

const { db, settings, world } = openFunction(reserve);

const deps = {
  ...world,
  ...decisionServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    retentionDays: settings.PURSER_RETENTION_DAYS,
    holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
  }),
};

export const handler = createHandler(deps);
if (startsAhead()) await warmUp(deps, deps.now());
