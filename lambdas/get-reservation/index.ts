import { ledgerServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { getReservation } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(getReservation);
const retentionDays = settings.PURSER_RETENTION_DAYS;

export const handler = createHandler({
  ...world,
  ...ledgerServices(db, { ...world, retentionDays }),
});
