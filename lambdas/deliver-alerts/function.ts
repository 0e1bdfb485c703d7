import { defineFunction } from '../function-definition.ts';

export const deliverAlerts = defineFunction({
  name: 'deliver-alerts',
  description: 'Delivers alerts to people through the channels they chose',
  memoryMiB: 512,
  timeoutSeconds: 20,
  tables: { 'alerting-config': ['GetItem'], 'alert-deliveries': ['PutItem', 'UpdateItem'] },
  environment: ['PURSER_ALERT_QUEUE_URL', 'PURSER_ALERT_TOPIC_ARN', 'PURSER_ALERT_SENDER'],
  deliversAlerts: true,
  queue: { name: 'alerts', batchSize: 10 },
});
