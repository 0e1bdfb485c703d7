import { disputeServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { disputes } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(disputes);
const retentionDays = settings.PURSER_RETENTION_DAYS;

export const handler = createHandler({
  ...world,
  ...disputeServices(db, { ...world, retentionDays }),
});
