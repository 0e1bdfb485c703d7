import { defaultsServices } from '../../composition/members.ts';
import { openFunction } from '../edge/open-function.ts';
import { defaults } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(defaults);

export const handler = createHandler({ ...world, ...defaultsServices(db, world) });
