import { createAlertQueue } from '../../aws/alert-queue.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { openAlertDelivery } from '../edge/alert-delivery.ts';
import { deliverAlerts as deliverAlertsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(deliverAlertsFunction);
const queue = createAlertQueue(settings.PURSER_ALERT_QUEUE_URL);

export const handler = createHandler({
  ...openAlertDelivery(settings),
  postpone: (receiptHandle, seconds) => queue.postpone(receiptHandle, seconds),
});
