import { healthChecks } from '../../composition/health.ts';
import { openFunction } from '../edge/open-function.ts';
import { health } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(health);

export const handler = createHandler({
  ...world,
  environment: settings.PURSER_ENVIRONMENT,
  checks: healthChecks(db, world.now),
});
