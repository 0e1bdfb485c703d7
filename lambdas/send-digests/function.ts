import { defineFunction } from '../function-definition.ts';

export const sendDigests = defineFunction({
  name: 'send-digests',
  description: 'Sends alerts held for quiet hours and digests, once they are due',
  memoryMiB: 512,
  timeoutSeconds: 120,
  tables: { 'alerting-config': ['GetItem'], 'alert-deliveries': ['Query', 'UpdateItem'] },
  environment: ['PURSER_ALERT_TOPIC_ARN', 'PURSER_ALERT_SENDER'],
  deliversAlerts: true,
  schedule: { expression: 'rate(5 minutes)', description: 'Send held alerts' },
});
