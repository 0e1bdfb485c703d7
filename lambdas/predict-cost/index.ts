import { randomUUID } from 'node:crypto';
import { selectionServices } from '../../composition/selection.ts';
import { openFunction } from '../edge/open-function.ts';
import { predictCost } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(predictCost);

export const handler = createHandler({
  ...world,
  ...selectionServices(db, world),
  newId: randomUUID,
});
