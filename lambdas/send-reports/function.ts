import { defineFunction } from '../function-definition.ts';

export const sendReports = defineFunction({
  name: 'send-reports',
  description: 'Mails the reports that are due',
  humanImpact: 'People do not get the reports that they subscribed to.',
  memoryMiB: 1769,
  timeoutSeconds: 240,
  tables: {
    'report-subscriptions': ['Query', 'UpdateItem'],
    'report-settings': ['GetItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    recommendations: ['Query'],
    'token-usage': ['Query'],
    'usage-samples': ['BatchGetItem', 'PutItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'alert-deliveries': ['PutItem'],
    'display-names': ['BatchGetItem'],
  },
  schedule: { expression: 'cron(2 * * * ? *)', description: 'Mail the reports that are due' },
  uses: ['mail:send', 'warmth:read'],
});
