import { benchmarkServices } from '../../composition/advice.ts';
import { openFunction } from '../edge/open-function.ts';
import { benchmarks } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(benchmarks);

export const handler = createHandler({ ...world, ...benchmarkServices(db, world) });
