import { defineFunction } from '../function-definition.ts';

export const deliverAlerts = defineFunction({
  name: 'deliver-alerts',
  description: 'Takes alerts to people, by every channel that they chose',
  memoryMiB: 512,
  timeoutSeconds: 20,
  environment: ['PURSER_ALERT_TOPIC_ARN'],
  deliversAlerts: true,
  queue: { name: 'alerts', batchSize: 10 },
});
