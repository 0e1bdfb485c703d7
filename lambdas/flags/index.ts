import { flagServices } from '../../composition/organization.ts';
import { openFunction } from '../edge/open-function.ts';
import { flags } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(flags);

export const handler = createHandler({ ...world, ...flagServices(db, world) });
