import { defineFunction } from '../function-definition.ts';

export const directory = defineFunction({
  name: 'directory',
  description: 'Sets and shows the departments of users, and what people call scopes',
  humanImpact:
    'People cannot see or change the departments of users or display names. Requests go by what is set.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/users' },
    { method: 'GET', path: '/v1/users/{id}' },
    { method: 'PUT', path: '/v1/users/{id}' },
    { method: 'DELETE', path: '/v1/users/{id}' },
    { method: 'GET', path: '/v1/names' },
    { method: 'GET', path: '/v1/names/{scope}/{scopeId}' },
    { method: 'PUT', path: '/v1/names/{scope}/{scopeId}' },
    { method: 'DELETE', path: '/v1/names/{scope}/{scopeId}' },
    { method: 'GET', path: '/v1/settings/directory' },
    { method: 'PUT', path: '/v1/settings/directory' },
  ],
  tables: {
    ledger: ['PutItem'],
    directory: ['Query', 'GetItem', 'PutItem', 'DeleteItem'],
    'display-names': ['Query', 'BatchGetItem', 'GetItem', 'PutItem', 'DeleteItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
