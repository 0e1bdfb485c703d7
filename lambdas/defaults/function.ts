import { defineFunction } from '../function-definition.ts';

export const defaults = defineFunction({
  name: 'defaults',
  description: 'Sets and shows what members get by default, and what is in force for one',
  humanImpact:
    'People cannot see or change the defaults for members. The defaults in force stay in force.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/defaults' },
    { method: 'GET', path: '/v1/defaults/effective' },
    { method: 'GET', path: '/v1/defaults/{scope}/{scopeId}/{member}' },
    { method: 'PUT', path: '/v1/defaults/{scope}/{scopeId}/{member}' },
    { method: 'DELETE', path: '/v1/defaults/{scope}/{scopeId}/{member}' },
  ],
  tables: {
    ledger: ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'cost-thresholds': ['BatchGetItem'],
    'member-defaults': ['Query', 'BatchGetItem', 'GetItem', 'PutItem'],
    'auto-control-config': ['Query'],
    'token-analytics': ['BatchGetItem', 'UpdateItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'report-settings': ['GetItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
