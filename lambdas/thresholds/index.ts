import { createQueue } from '../../aws/queue.ts';
import { thresholdServices } from '../../composition/controls.ts';
import { openFunction } from '../edge/open-function.ts';
import { thresholds } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(thresholds);

export const handler = createHandler({
  ...world,
  ...thresholdServices(db, { ...world, alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL) }),
});
