import { voidServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { extendReservation } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(extendReservation);
const retentionDays = settings.PURSER_RETENTION_DAYS;

export const handler = createHandler({
  ...world,
  ...voidServices(db, { ...world, retentionDays }),
});
