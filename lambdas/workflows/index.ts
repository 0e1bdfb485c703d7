import { workflowServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { workflows } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(workflows);

export const handler = createHandler({
  ...world,
  ...workflowServices(db, {
    ...world,
    retentionDays: settings.PURSER_RETENTION_DAYS,
    holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
  }),
});
