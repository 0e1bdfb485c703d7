import { defineFunction } from '../function-definition.ts';

export const reserve = defineFunction({
  name: 'reserve',
  description:
    'Holds the predicted cost of an AI request against every budget that applies, and settles it at the actual cost',
  humanImpact:
    'AI requests get no decision: callers that fail closed stop working, and others spend unguarded. Costs are not charged: money stays held until reservations expire, and what was spent above them is not counted.',
  guardsMoney: true,
  memoryMiB: 1024,
  timeoutSeconds: 10,
  hotPath: true,
  routes: [
    { method: 'POST', path: '/v1/reservations' },
    { method: 'POST', path: '/v1/reservations/{id}/settle' },
  ],
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'auto-control-config': ['BatchGetItem', 'Query', 'UpdateItem'],
    'rate-cards': ['GetItem', 'BatchGetItem'],
    'report-settings': ['GetItem'],
    'member-defaults': ['BatchGetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem'],
    models: ['Query'],
    'predictor-artifacts': ['Query'],
    'feature-flags': ['Query'],
    // Only for requests that name a template.
    'prompt-templates': ['GetItem'],
    // Only for requests that may wait.
    jobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
  },
  environment: ['PURSER_RESERVATION_HOLD_SECONDS', 'PURSER_RETENTION_DAYS'],
  uses: ['alerts:publish', 'jobs:publish', 'job-files:write'],
});
