import { catalogServices } from '../../composition/catalog.ts';
import { openFunction } from '../edge/open-function.ts';
import { catalog } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(catalog);

export const handler = createHandler({ ...world, ...catalogServices(db, world) });
