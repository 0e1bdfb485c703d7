import { defineFunction } from '../function-definition.ts';

export const disputes = defineFunction({
  name: 'disputes',
  description: 'Lists and ends disputes, and shows and clears the conduct of keys',
  humanImpact: 'People cannot see or resolve costs in dispute.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/disputes' },
    { method: 'POST', path: '/v1/disputes/{id}/confirm' },
    { method: 'POST', path: '/v1/disputes/{id}/reject' },
    { method: 'GET', path: '/v1/conduct/{keyId}' },
    { method: 'POST', path: '/v1/conduct/{keyId}/clear' },
  ],
  tables: {
    ledger: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
});
