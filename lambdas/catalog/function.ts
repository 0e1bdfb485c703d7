import { defineFunction } from '../function-definition.ts';

export const catalog = defineFunction({
  name: 'catalog',
  description: 'Shows and sets models, their prices and the active predictor',
  humanImpact:
    'People cannot see or set models and their prices. Existing models and prices still apply.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'PUT', path: '/v1/models/{model}' },
    { method: 'GET', path: '/v1/rate-cards/{model}' },
    { method: 'PUT', path: '/v1/rate-cards/{model}' },
    { method: 'GET', path: '/v1/predictors' },
    { method: 'PUT', path: '/v1/predictors/active' },
  ],
  tables: {
    ledger: ['BatchGetItem', 'PutItem'],
    'cost-thresholds': ['BatchGetItem'],
    'auto-control-config': ['BatchGetItem'],
    models: ['GetItem', 'Query', 'PutItem'],
    'rate-cards': ['GetItem', 'BatchGetItem', 'PutItem'],
    'predictor-artifacts': ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
