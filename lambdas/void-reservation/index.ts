import { voidServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { voidReservation } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(voidReservation);
const retentionDays = settings.PURSER_RETENTION_DAYS;

export const handler = createHandler({
  ...world,
  ...voidServices(db, { ...world, retentionDays }),
});
