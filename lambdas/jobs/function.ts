import { defineFunction } from '../function-definition.ts';
import { predictCost } from '../predict-cost/function.ts';

export const jobs = defineFunction({
  name: 'jobs',
  description: 'Queues calls of models that can wait, and shows and cancels what waits',
  humanImpact: 'People cannot queue work, and do not learn what became of work that they queued.',
  memoryMiB: 1024,
  timeoutSeconds: 20,
  routes: [
    { method: 'POST', path: '/v1/jobs' },
    { method: 'GET', path: '/v1/jobs' },
    { method: 'GET', path: '/v1/jobs/{id}' },
    { method: 'PATCH', path: '/v1/jobs/{id}' },
    { method: 'DELETE', path: '/v1/jobs/{id}' },
  ],
  tables: {
    ...predictCost.tables,
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'prompt-templates': ['GetItem'],
    jobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
  },
  environment: ['PURSER_RESERVATION_HOLD_SECONDS', 'PURSER_RETENTION_DAYS'],
  uses: ['jobs:publish', 'job-files:read', 'job-files:write'],
});
