import { defineFunction } from '../function-definition.ts';

export const routing = defineFunction({
  name: 'routing',
  description: 'Shows endpoints of models and their health, and sets providers and routing',
  humanImpact:
    'People cannot see the health of endpoints or change providers and routing. Calls go on as they are set.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/providers' },
    { method: 'GET', path: '/v1/providers/{name}' },
    { method: 'PUT', path: '/v1/providers/{name}' },
    { method: 'DELETE', path: '/v1/providers/{name}' },
    { method: 'GET', path: '/v1/endpoints' },
    { method: 'GET', path: '/v1/settings/routing' },
    { method: 'PUT', path: '/v1/settings/routing' },
  ],
  tables: {
    ledger: ['PutItem'],
    providers: ['Query', 'GetItem', 'PutItem', 'DeleteItem'],
    'endpoint-health': ['Query'],
    'organization-settings': ['GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_PROVIDERS'],
});
