import { defineFunction } from '../function-definition.ts';

export const catalog = defineFunction({
  name: 'catalog',
  description: 'Shows models and their prices, and sets the prices of an organization',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/models' },
    { method: 'GET', path: '/v1/rate-cards/{model}' },
    { method: 'PUT', path: '/v1/rate-cards/{model}' },
  ],
  tables: {
    ledger: ['PutItem'],
    models: ['Query'],
    'rate-cards': ['GetItem', 'BatchGetItem', 'PutItem'],
    'audit-log': ['PutItem'],
  },
});
