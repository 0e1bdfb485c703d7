import { defineFunction } from '../function-definition.ts';

export const settings = defineFunction({
  name: 'settings',
  description: 'Shows and sets what applies to all requests of an organization',
  humanImpact:
    'People cannot see or change how IDs are spelled, which cost is charged, the time zone of reports, how prices are updated, what advice may propose and what is cached in their organization.',
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
    { method: 'GET', path: '/v1/settings/advice' },
    { method: 'PUT', path: '/v1/settings/advice' },
    { method: 'GET', path: '/v1/settings/cache' },
    { method: 'PUT', path: '/v1/settings/cache' },
  ],
  tables: {
    ledger: ['PutItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    models: ['Query'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
