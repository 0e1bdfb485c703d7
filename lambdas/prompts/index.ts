import { randomUUID } from 'node:crypto';
import { promptServices } from '../../composition/prompts.ts';
import { openFunction } from '../edge/open-function.ts';
import { prompts } from './function.ts';
import { createHandler } from './handler.ts';

const { db, world } = openFunction(prompts);

export const handler = createHandler({
  ...world,
  ...promptServices(db, world),
  newId: randomUUID,
});
