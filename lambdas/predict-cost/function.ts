import { defineFunction } from '../function-definition.ts';

export const predictCost = defineFunction({
  name: 'predict-cost',
  description: 'Predicts what an AI request or a workflow will cost',
  humanImpact: 'Callers do not learn what an AI request will cost.',
  memoryMiB: 1024,
  timeoutSeconds: 10,
  hotPath: true,
  routes: [{ method: 'POST', path: '/v1/predictions' }],
  tables: {
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'predictor-artifacts': ['Query'],
    'feature-flags': ['Query'],
  },
});
