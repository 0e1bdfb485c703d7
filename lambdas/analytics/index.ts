import { functionVersion } from '../../aws/environment.ts';
import { analyticsServices } from '../../composition/analytics.ts';
import { openFunction } from '../edge/open-function.ts';
import { analytics } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(analytics);
const version = functionVersion();

export const handler = createHandler({
  ...world,
  ...analyticsServices(db, { ...world, version }),
});
