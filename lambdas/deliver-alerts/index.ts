import { createEventBus } from '../../aws/event-bus.ts';
import { createQueue } from '../../aws/queue.ts';
import { createWaysOut } from '../../aws/ways-out.ts';
import { deliveryServices, tellingServices } from '../../composition/alerts.ts';
import { openFunction } from '../edge/open-function.ts';
import { deliverAlerts } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(deliverAlerts);
const ways = createWaysOut({
  topicArn: settings.PURSER_ALERT_TOPIC_ARN,
  sender: settings.PURSER_ALERT_SENDER,
  environment: settings.PURSER_ENVIRONMENT,
});

export const handler = createHandler({
  ...tellingServices(db, { ...world, alerts: createQueue(settings.PURSER_ALERT_QUEUE_URL) }),
  ...deliveryServices(db, { ...world, ways }),
  deployment: ways.deployment,
  bus: createEventBus(settings.PURSER_EVENT_BUS),
  postpone: createQueue(settings.PURSER_ALERT_QUEUE_URL).postpone,
});
