import { routingManagement } from '../../composition/routing-management.ts';
import { openFunction } from '../edge/open-function.ts';
import { routing } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, tablePrefix, world } = openFunction(routing);

export const handler = createHandler({
  ...world,
  ...routingManagement(db, world, {
    prefix: tablePrefix,
    privateHosts: settings.PURSER_PROVIDERS.privateHosts,
  }),
});
