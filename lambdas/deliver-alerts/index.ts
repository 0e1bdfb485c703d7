import { createQueue } from '../../aws/queue.ts';
import type { Alert } from '../../domain/alerts/alert.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { openAlertDelivery } from '../edge/alert-delivery.ts';
import { deliverAlerts as deliverAlertsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(deliverAlertsFunction);
const queue = createQueue<Alert>(settings.PURSER_ALERT_QUEUE_URL);

export const handler = createHandler({
  ...openAlertDelivery(settings),
  postpone: (receiptHandle, seconds) => queue.postpone(receiptHandle, seconds),
});
