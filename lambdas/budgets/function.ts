import { defineFunction } from '../function-definition.ts';

export const budgets = defineFunction({
  name: 'budgets',
  description: 'Sets, adjusts, lists, shows, removes and checks budgets',
  humanImpact: 'People cannot see or change budgets. Existing budgets still hold.',
  memoryMiB: 512,
  timeoutSeconds: 29,
  routes: [
    { method: 'GET', path: '/v1/budgets' },
    { method: 'GET', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'PUT', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'PATCH', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'GET', path: '/v1/budgets/{scope}/{scopeId}/{period}/periods' },
    { method: 'POST', path: '/v1/budgets/{scope}/{scopeId}/{period}/overrides' },
    { method: 'GET', path: '/v1/budgets/{scope}/{scopeId}/{period}/overrides' },
    { method: 'DELETE', path: '/v1/budgets/{scope}/{scopeId}/{period}/overrides/{adjustmentId}' },
    { method: 'POST', path: '/v1/budgets/{scope}/{scopeId}/{period}/reset' },
    { method: 'POST', path: '/v1/budgets/{scope}/{scopeId}/{period}/override-requests' },
    { method: 'GET', path: '/v1/budgets/{scope}/{scopeId}/{period}/override-requests' },
    {
      method: 'POST',
      path: '/v1/budgets/{scope}/{scopeId}/{period}/override-requests/{requestId}/approve',
    },
    {
      method: 'POST',
      path: '/v1/budgets/{scope}/{scopeId}/{period}/override-requests/{requestId}/deny',
    },
    { method: 'DELETE', path: '/v1/budgets/{scope}/{scopeId}/{period}' },
    { method: 'POST', path: '/v1/budgets/check' },
  ],
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'cost-thresholds': ['GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem'],
    'rate-cards': ['BatchGetItem'],
    'member-defaults': ['BatchGetItem', 'Query'],
    'token-analytics': ['BatchGetItem', 'UpdateItem'],
    'report-settings': ['GetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  uses: ['alerts:publish'],
});
