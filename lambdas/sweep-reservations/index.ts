import { sweepServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { sweepReservations } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(sweepReservations);

export const handler = createHandler({
  ...world,
  ...sweepServices(db, { ...world, retentionDays: settings.PURSER_RETENTION_DAYS }),
  holdMs: settings.PURSER_RESERVATION_HOLD_SECONDS * 1_000,
});
