import { createAlertTopic } from '../../aws/alert-topic.ts';
import { readEnvironment } from '../../aws/environment.ts';
import { edge } from '../edge/runtime.ts';
import { deliverAlerts as deliverAlertsFunction } from './function.ts';
import { createHandler } from './handler.ts';

const settings = readEnvironment(deliverAlertsFunction);
const topic = createAlertTopic(settings.PURSER_ALERT_TOPIC_ARN);

export const handler = createHandler({ ...edge, deliver: (alert) => topic.publish(alert) });
