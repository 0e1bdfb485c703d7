import { defineFunction } from '../function-definition.ts';

export const trainPredictor = defineFunction({
  name: 'train-predictor',
  description: 'Refits the cost predictor on settled requests and promotes it when it is better',
  humanImpact: 'Predictions are not refitted, so they and the amounts held may slowly get worse.',
  memoryMiB: 1769,
  timeoutSeconds: 600,
  tables: {
    'token-usage': ['Query'],
    'token-analytics': ['Query'],
    'predictor-artifacts': ['GetItem', 'Query', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  schedule: { expression: 'cron(15 2 * * ? *)', description: 'Refit the cost predictor' },
});
