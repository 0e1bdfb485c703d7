import { defineFunction } from '../function-definition.ts';

export const recommendations = defineFunction({
  name: 'recommendations',
  description: 'Shows advice, records decisions on it and measures its outcome',
  humanImpact: 'People cannot see advice, decide on it or see what it saved.',
  memoryMiB: 1769,
  timeoutSeconds: 29,
  routes: [
    { method: 'GET', path: '/v1/recommendations' },
    { method: 'POST', path: '/v1/recommendations/{id}/accept' },
    { method: 'POST', path: '/v1/recommendations/{id}/dismiss' },
    { method: 'GET', path: '/v1/recommendations/{id}/outcome' },
  ],
  tables: {
    recommendations: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    'token-usage': ['Query'],
    'usage-samples': ['BatchGetItem', 'PutItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'organization-settings': ['GetItem'],
    'cost-thresholds': ['BatchGetItem'],
    ledger: ['Query', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  uses: ['warmth:read'],
});
