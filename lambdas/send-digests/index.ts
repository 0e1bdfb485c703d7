import { createWaysOut } from '../../aws/ways-out.ts';
import { deliveryServices } from '../../composition/alerts.ts';
import { openFunction } from '../edge/open-function.ts';
import { sendDigests } from './function.ts';
import { createHandler } from './handler.ts';

const { db, settings, world } = openFunction(sendDigests);
const ways = createWaysOut({
  topicArn: settings.PURSER_ALERT_TOPIC_ARN,
  sender: settings.PURSER_ALERT_SENDER,
  environment: settings.PURSER_ENVIRONMENT,
});

export const handler = createHandler(deliveryServices(db, { ...world, ways }));
