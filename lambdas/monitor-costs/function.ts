import { defineFunction } from '../function-definition.ts';

export const monitorCosts = defineFunction({
  name: 'monitor-costs',
  description: 'Compares the spend of every scope with its thresholds and keeps a snapshot',
  memoryMiB: 1024,
  timeoutSeconds: 300,
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query'],
    'token-analytics': ['GetItem', 'BatchGetItem', 'Query'],
    'cost-thresholds': ['GetItem', 'BatchGetItem', 'Query'],
    'threshold-breaches': ['Query', 'PutItem'],
    'control-actions': ['Query', 'PutItem', 'UpdateItem'],
    'cost-monitoring': ['GetItem', 'Query', 'PutItem'],
    'alerting-config': ['GetItem', 'BatchGetItem'],
  },
  environment: ['PURSER_ALERT_TOPIC_ARN', 'PURSER_RETENTION_DAYS'],
  publishesAlerts: true,
  schedule: {
    expression: 'rate(15 minutes)',
    description: 'Compare spend with thresholds',
  },
});
