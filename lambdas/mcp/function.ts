import { defineFunction } from '../function-definition.ts';

export const mcp = defineFunction({
  name: 'mcp',
  description: 'Tells agents what is left and what a request would cost, and takes their usage',
  humanImpact:
    'Agents do not learn what is left of their budgets, and what they report is not charged.',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [{ method: 'POST', path: '/mcp' }],
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'predictor-artifacts': ['Query'],
    'feature-flags': ['Query'],
    'report-settings': ['GetItem'],
    'member-defaults': ['BatchGetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
  uses: ['alerts:publish'],
});
