import { reservationServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { reserve } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(reserve);

export const handler = createHandler({
  ...world,
  ...reservationServices(db, {
    ...world,
    retentionDays: settings.PURSER_RETENTION_DAYS,
    holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
  }),
});
