import { defineFunction } from '../function-definition.ts';
import { POSTED_CHANGES } from '../../tables/ledger/posted-changes.ts';

export const aggregateUsage = defineFunction({
  name: 'aggregate-usage',
  description:
    'Follows the ledger: usage records, hourly and daily totals, route statistics, expiries',
  humanImpact:
    'Reports and thresholds stop seeing new spend, so alerts come too late. Budgets still hold.',
  guardsMoney: true,
  memoryMiB: 1024,
  timeoutSeconds: 60,
  tables: {
    'token-usage': ['PutItem', 'BatchGetItem'],
    'token-analytics': ['UpdateItem', 'BatchGetItem'],
    'analytics-cache': ['UpdateItem'],
    'report-settings': ['GetItem'],
    'suspense-items': ['UpdateItem'],
    'alert-deliveries': ['PutItem'],
    'performance-metrics': ['UpdateItem'],
    'predictor-artifacts': ['GetItem', 'Query', 'PutItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
  // A settled request changes its entry and up to ten balances, so most records contain no
  // postings.
  follows: [{ table: 'ledger', batchSize: 500, filter: POSTED_CHANGES }],
});
