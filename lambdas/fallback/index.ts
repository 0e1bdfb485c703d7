import { runtime } from '../edge/runtime.ts';
import { FUNCTIONS } from '../functions.ts';
import { createHandler } from './handler.ts';

export const handler = createHandler({
  ...runtime,
  routes: FUNCTIONS.flatMap(({ routes = [] }) => routes),
});
