import { defineFunction } from '../function-definition.ts';

export const flags = defineFunction({
  name: 'flags',
  description: 'Shows and sets feature flags',
  humanImpact: 'People cannot see or switch feature flags. The flags in force stay in force.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/flags' },
    { method: 'GET', path: '/v1/flags/{name}' },
    { method: 'PUT', path: '/v1/flags/{name}' },
  ],
  tables: {
    ledger: ['PutItem'],
    'feature-flags': ['Query', 'GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
