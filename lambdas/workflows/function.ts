import { defineFunction } from '../function-definition.ts';

export const workflows = defineFunction({
  name: 'workflows',
  description: 'Holds the money of a run of AI requests at once, and gives back what was not drawn',
  humanImpact:
    'Workflows cannot be opened or closed. Their calls hold their own money, and what is left stays held until it expires.',
  guardsMoney: true,
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [
    { method: 'POST', path: '/v1/workflows' },
    { method: 'GET', path: '/v1/workflows/{id}' },
    { method: 'POST', path: '/v1/workflows/{id}/close' },
  ],
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'auto-control-config': ['BatchGetItem', 'Query'],
    'rate-cards': ['BatchGetItem'],
    'report-settings': ['GetItem'],
    'member-defaults': ['BatchGetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem'],
    models: ['Query'],
    'predictor-artifacts': ['Query'],
    'feature-flags': ['Query'],
  },
  environment: ['PURSER_RESERVATION_HOLD_SECONDS', 'PURSER_RETENTION_DAYS'],
});
