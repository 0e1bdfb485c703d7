import { changeServices } from '../../composition/changes.ts';
import { openFunction } from '../edge/open-function.ts';
import { audit as auditFunction } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(auditFunction);
const { audit } = changeServices(db, world);

export const handler = createHandler({ ...world, audit });
