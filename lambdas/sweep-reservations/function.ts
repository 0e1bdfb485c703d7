import { defineFunction } from '../function-definition.ts';

export const sweepReservations = defineFunction({
  name: 'sweep-reservations',
  description: 'Closes reservations whose callers never came back',
  humanImpact:
    'Money of callers that never came back stays held, so budgets refuse requests too early.',
  guardsMoney: true,
  memoryMiB: 512,
  timeoutSeconds: 50,
  schedule: { expression: 'rate(1 minute)', description: 'Close expired reservations' },
  tables: {
    ledger: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    'suspense-items': ['UpdateItem'],
  },
  environment: ['PURSER_RESERVATION_HOLD_SECONDS', 'PURSER_RETENTION_DAYS'],
});
