import { defineFunction } from '../function-definition.ts';

export const advise = defineFunction({
  name: 'advise',
  description: 'Computes every night how each organization can spend less',
  humanImpact: 'Nobody gets new advice on how to spend less.',
  memoryMiB: 1769,
  timeoutSeconds: 600,
  tables: {
    recommendations: ['Query', 'PutItem', 'UpdateItem'],
    'token-usage': ['Query'],
    'usage-samples': ['BatchGetItem', 'PutItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'organization-settings': ['GetItem'],
    'cost-thresholds': ['BatchGetItem'],
    'member-defaults': ['BatchGetItem'],
    ledger: ['Query'],
  },
  schedule: { expression: 'cron(45 2 * * ? *)', description: 'Compute advice' },
  uses: ['warmth:read'],
});
