import { defineFunction } from '../function-definition.ts';

export const settings = defineFunction({
  name: 'settings',
  description: 'Shows and sets what applies to all requests of an organization',
  humanImpact:
    'People cannot see or change how IDs are spelled, which cost is charged, the time zone of reports and how prices are updated in their organization.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/settings/identity' },
    { method: 'PUT', path: '/v1/settings/identity' },
    { method: 'GET', path: '/v1/settings/costs' },
    { method: 'PUT', path: '/v1/settings/costs' },
    { method: 'GET', path: '/v1/settings/time' },
    { method: 'PUT', path: '/v1/settings/time' },
    { method: 'GET', path: '/v1/settings/prices' },
    { method: 'PUT', path: '/v1/settings/prices' },
  ],
  tables: {
    ledger: ['PutItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
