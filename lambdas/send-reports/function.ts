import { defineFunction } from '../function-definition.ts';

export const sendReports = defineFunction({
  name: 'send-reports',
  description: 'Mails the reports that are due, with a chart',
  memoryMiB: 512,
  timeoutSeconds: 240,
  tables: {
    'report-subscriptions': ['Query', 'UpdateItem'],
    'report-settings': ['GetItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
  },
  environment: ['PURSER_ALERT_SENDER'],
  sendsMail: true,
  schedule: { expression: 'cron(2 * * * ? *)', description: 'Mail the reports that are due' },
});
