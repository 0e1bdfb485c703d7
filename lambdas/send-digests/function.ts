import { defineFunction } from '../function-definition.ts';

export const sendDigests = defineFunction({
  name: 'send-digests',
  description: 'Tells what quiet hours and digests have held back, once it is due',
  memoryMiB: 512,
  timeoutSeconds: 120,
  tables: { 'alerting-config': ['GetItem'], 'alert-deliveries': ['Query', 'UpdateItem'] },
  environment: ['PURSER_ALERT_TOPIC_ARN', 'PURSER_ALERT_SENDER'],
  deliversAlerts: true,
  schedule: { expression: 'rate(5 minutes)', description: 'Tell the alerts that were held back' },
});
