import { defineFunction } from '../function-definition.ts';

export const keys = defineFunction({
  name: 'keys',
  description: 'Creates, lists, rotates and revokes API keys',
  humanImpact: 'People cannot create, rotate or revoke API keys. A leaked key stays valid.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'POST', path: '/v1/keys' },
    { method: 'GET', path: '/v1/keys' },
    { method: 'DELETE', path: '/v1/keys/{keyId}' },
    { method: 'POST', path: '/v1/keys/{keyId}/rotate' },
  ],
  tables: {
    ledger: ['PutItem'],
    'api-keys': ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_ENVIRONMENT', 'PURSER_AUTHORIZER_CACHE_SECONDS'],
});
