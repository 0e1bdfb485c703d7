import { defineFunction } from '../function-definition.ts';

export const ingestUsage = defineFunction({
  name: 'ingest-usage',
  description: 'Records usage that had no reservation, once per event id',
  humanImpact:
    'Usage without a reservation is not charged, so budgets show more room than they have.',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [{ method: 'POST', path: '/v1/usage' }],
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'Query', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'rate-cards': ['BatchGetItem'],
    'report-settings': ['GetItem'],
    'member-defaults': ['BatchGetItem'],
    directory: ['GetItem'],
    'organization-settings': ['GetItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
  uses: ['alerts:publish'],
});
