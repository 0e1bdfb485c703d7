import { defineFunction } from '../function-definition.ts';

export const aggregateUsage = defineFunction({
  name: 'aggregate-usage',
  description: 'Follows the ledger: usage rows, hourly and daily totals, breaches of thresholds',
  memoryMiB: 1024,
  timeoutSeconds: 60,
  tables: {
    'token-usage': ['PutItem'],
    'token-analytics': ['UpdateItem', 'PutItem', 'GetItem', 'BatchGetItem', 'ConditionCheckItem'],
    'cost-thresholds': ['GetItem', 'BatchGetItem', 'Query'],
    'threshold-breaches': ['PutItem'],
    'control-actions': ['PutItem', 'UpdateItem'],
    'alerting-config': ['GetItem', 'BatchGetItem'],
  },
  environment: ['PURSER_ALERT_TOPIC_ARN', 'PURSER_RETENTION_DAYS'],
  publishesAlerts: true,
  stream: { table: 'ledger', batchSize: 100, batchingWindowSeconds: 0 },
});
