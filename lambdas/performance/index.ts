import { performanceServices } from '../../composition/performance.ts';
import { openFunction } from '../edge/open-function.ts';
import { performance } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(performance);

export const handler = createHandler({ ...world, ...performanceServices(db, world) });
