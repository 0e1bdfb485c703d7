import { defineFunction } from '../function-definition.ts';

export const advise = defineFunction({
  name: 'advise',
  description: 'Computes every night how each organization can spend less',
  memoryMiB: 1769,
  timeoutSeconds: 600,
  environment: ['PURSER_OPERATOR_ORGANIZATION', 'PURSER_WARMTH'],
  readsMetrics: true,
  tables: {
    recommendations: ['Query', 'PutItem', 'UpdateItem'],
    'token-usage': ['Query'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'cost-thresholds': ['BatchGetItem'],
    ledger: ['Query'],
  },
  schedule: { expression: 'cron(45 2 * * ? *)', description: 'Reckon advice' },
});
