import { randomUUID } from 'node:crypto';
import { createQueue } from '../../aws/queue.ts';
import { toolServices } from '../../composition/tools.ts';
import { openFunction } from '../edge/open-function.ts';
import { mcp } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(mcp);

export const handler = createHandler({
  ...world,
  ...toolServices(db, {
    ...world,
    alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL),
    retentionDays: settings.PURSER_RETENTION_DAYS,
  }),
  newId: randomUUID,
});
