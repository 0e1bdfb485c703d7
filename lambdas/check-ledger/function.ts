import { defineFunction } from '../function-definition.ts';

export const checkLedger = defineFunction({
  name: 'check-ledger',
  description:
    'Proves from the ledger that every balance adds up: changes hourly, all of it weekly',
  humanImpact:
    'A balance that disagrees with its entries goes unnoticed, and its budget may be overspent.',
  guardsMoney: true,
  memoryMiB: 1769,
  timeoutSeconds: 600,
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'Scan', 'PutItem', 'UpdateItem'],
    'alert-deliveries': ['PutItem'],
  },
  uses: ['ledger-changes:read'],
  environment: ['PURSER_RETENTION_DAYS'],
  schedule: { expression: 'rate(1 hour)', description: 'Check that every balance adds up' },
});
