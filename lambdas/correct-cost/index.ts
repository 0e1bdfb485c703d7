import { correctionServices } from '../../composition/reservations.ts';
import { openFunction } from '../edge/open-function.ts';
import { correctCost } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(correctCost);
const retentionDays = settings.PURSER_RETENTION_DAYS;

export const handler = createHandler({
  ...world,
  ...correctionServices(db, { ...world, retentionDays }),
});
