import { createQueue } from '../../aws/queue.ts';
import { controlServices } from '../../composition/controls.ts';
import { openFunction } from '../edge/open-function.ts';
import { controls } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(controls);

export const handler = createHandler({
  ...world,
  ...controlServices(db, { ...world, alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL) }),
});
