import { randomBytes } from 'node:crypto';
import { keyServices } from '../../composition/access.ts';
import { openFunction } from '../edge/open-function.ts';
import { keys } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(keys);

export const handler = createHandler({
  ...world,
  ...keyServices(db, { ...world, randomBytes, environment: settings.PURSER_ENVIRONMENT }),
  authorizerCacheSeconds: settings.PURSER_AUTHORIZER_CACHE_SECONDS,
});
