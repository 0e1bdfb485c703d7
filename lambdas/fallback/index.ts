import { FUNCTIONS } from '../functions.ts';
import { edge } from '../edge/runtime.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler({
  ...edge,
  routes: FUNCTIONS.flatMap(({ routes = [] }) => routes),
});
