import { defineFunction } from '../function-definition.ts';

export const directory = defineFunction({
  name: 'directory',
  description: 'Sets and shows the departments of users',
  humanImpact:
    'People cannot see or change the departments of users. Requests go by those that are set.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/users' },
    { method: 'GET', path: '/v1/users/{id}' },
    { method: 'PUT', path: '/v1/users/{id}' },
    { method: 'DELETE', path: '/v1/users/{id}' },
    { method: 'GET', path: '/v1/settings/directory' },
    { method: 'PUT', path: '/v1/settings/directory' },
  ],
  tables: {
    ledger: ['PutItem'],
    directory: ['Query', 'GetItem', 'PutItem', 'DeleteItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
