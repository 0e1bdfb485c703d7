import { defineFunction } from '../function-definition.ts';

export const budgets = defineFunction({
  name: 'budgets',
  description: 'Sets, lists, shows, removes and checks budgets',
  humanImpact: 'People cannot see or change budgets. Existing budgets still hold.',
  memoryMiB: 512,
  timeoutSeconds: 29,
  routes: [
    { method: 'GET', path: '/v1/budgets' },
    { method: 'GET', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'PUT', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'DELETE', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'POST', path: '/v1/budgets/check' },
  ],
  tables: {
    ledger: ['BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'cost-thresholds': ['GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem'],
    'rate-cards': ['BatchGetItem'],
    'member-defaults': ['BatchGetItem', 'Query'],
    'token-analytics': ['BatchGetItem', 'UpdateItem'],
    'report-settings': ['GetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
