import { settingServices } from '../../composition/organization.ts';
import { openFunction } from '../edge/open-function.ts';
import { settings } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(settings);

export const handler = createHandler({ ...world, ...settingServices(db, world) });
