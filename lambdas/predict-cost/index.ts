import { randomUUID } from 'node:crypto';
import { predictionServices } from '../../composition/prediction.ts';
import { openFunction } from '../edge/open-function.ts';
import { predictCost } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(predictCost);

export const handler = createHandler({
  ...world,
  ...predictionServices(db, world),
  newId: randomUUID,
});
