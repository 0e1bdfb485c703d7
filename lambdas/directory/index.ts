import { directoryServices } from '../../composition/members.ts';
import { openFunction } from '../edge/open-function.ts';
import { directory } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(directory);

export const handler = createHandler({ ...world, ...directoryServices(db, world) });
