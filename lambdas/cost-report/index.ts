import { reportServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { costReport } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(costReport);

export const handler = createHandler({ ...world, ...reportServices(db, world) });
