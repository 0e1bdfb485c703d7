import { reportSettingsServices } from '../../composition/reporting.ts';
import { openFunction } from '../edge/open-function.ts';
import { reportSettings } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(reportSettings);

export const handler = createHandler({ ...world, ...reportSettingsServices(db, world) });
