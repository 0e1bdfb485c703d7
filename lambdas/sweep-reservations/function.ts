import { defineFunction } from '../function-definition.ts';

export const sweepReservations = defineFunction({
  name: 'sweep-reservations',
  description:
    'Closes reservations whose callers never came back, and makes due changes of budgets',
  humanImpact:
    'Money of callers that never came back stays held, so budgets refuse requests too early. What periods left is not rolled over.',
  guardsMoney: true,
  memoryMiB: 512,
  timeoutSeconds: 50,
  schedule: {
    expression: 'rate(1 minute)',
    description: 'Close expired reservations, end overrides and roll over',
  },
  tables: {
    ledger: [
      'GetItem',
      'BatchGetItem',
      'Query',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'ConditionCheckItem',
    ],
    'suspense-items': ['UpdateItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_RESERVATION_HOLD_SECONDS', 'PURSER_RETENTION_DAYS'],
});
