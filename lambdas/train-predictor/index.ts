import { trainingServices } from '../../composition/prediction.ts';
import { openFunction } from '../edge/open-function.ts';
import { trainPredictor } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(trainPredictor);

export const handler = createHandler({ ...world, ...trainingServices(db, world) });
