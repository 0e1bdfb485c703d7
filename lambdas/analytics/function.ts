import { defineFunction } from '../function-definition.ts';

export const analytics = defineFunction({
  name: 'analytics',
  description: 'Patterns, forecasts and anomalies of spend, with a cache',
  humanImpact: 'People cannot see patterns, forecasts or anomalies of their spend.',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [
    { method: 'GET', path: '/v1/patterns' },
    { method: 'GET', path: '/v1/forecasts' },
    { method: 'GET', path: '/v1/anomalies' },
    { method: 'GET', path: '/v1/cache/stats' },
    { method: 'POST', path: '/v1/cache/invalidate' },
  ],
  tables: {
    ledger: ['PutItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'token-usage': ['Query'],
    'usage-patterns': ['GetItem'],
    'organization-settings': ['GetItem'],
    'analytics-cache': ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    'response-cache': ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_VALKEY_URL'],
});
