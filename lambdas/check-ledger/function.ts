import { defineFunction } from '../function-definition.ts';

export const checkLedger = defineFunction({
  name: 'check-ledger',
  description: 'Proves from the ledger tables that every balance adds up',
  humanImpact:
    'A balance that disagrees with its entries goes unnoticed, and its budget may be overspent.',
  guardsMoney: true,
  memoryMiB: 1769,
  timeoutSeconds: 600,
  tables: { ledger: ['Scan'] },
  environment: ['PURSER_RETENTION_DAYS'],
  schedule: { expression: 'rate(1 hour)', description: 'Check that every balance adds up' },
});
