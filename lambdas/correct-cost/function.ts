import { defineFunction } from '../function-definition.ts';

export const correctCost = defineFunction({
  name: 'correct-cost',
  description: 'Corrects or refunds the cost of a settled reservation or usage event',
  humanImpact:
    'People cannot correct or refund a cost, so budgets and reports keep the wrong amount.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'POST', path: '/v1/reservations/{id}/corrections' },
    { method: 'POST', path: '/v1/usage/{eventId}/corrections' },
  ],
  tables: {
    ledger: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
});
