import { defineFunction } from '../function-definition.ts';

export const predictCost = defineFunction({
  name: 'predict-cost',
  description: 'Predicts what an AI request or a workflow will cost, and selects its model',
  humanImpact: 'Callers do not learn what an AI request will cost, and which model would serve it.',
  memoryMiB: 1024,
  timeoutSeconds: 10,
  hotPath: true,
  routes: [
    { method: 'POST', path: '/v1/predictions' },
    { method: 'POST', path: '/v1/selections' },
  ],
  tables: {
    // A selection reads what a reservation is decided by. No grant lets it write.
    ledger: ['BatchGetItem', 'Query'],
    'auto-control-config': ['BatchGetItem', 'Query'],
    'report-settings': ['GetItem'],
    'member-defaults': ['BatchGetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'predictor-artifacts': ['Query'],
    'feature-flags': ['Query'],
  },
});
