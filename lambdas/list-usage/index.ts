import { usageServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { listUsage } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(listUsage);

export const handler = createHandler({ ...world, ...usageServices(db, world) });
