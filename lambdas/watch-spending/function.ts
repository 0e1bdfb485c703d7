import { defineFunction } from '../function-definition.ts';
import { SCOPE_CHANGES } from '../../tables/token-analytics/scope-changes.ts';

export const watchSpending = defineFunction({
  name: 'watch-spending',
  description: 'Follows spending, and compares each scope with its thresholds as soon as it spends',
  humanImpact: 'Overspending is noticed up to 15 minutes late, by the monitor alone.',
  guardsMoney: true,
  memoryMiB: 1024,
  timeoutSeconds: 60,
  tables: {
    'display-names': ['BatchGetItem'],
    ledger: ['BatchGetItem', 'Query'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'cost-thresholds': ['BatchGetItem'],
    'member-defaults': ['BatchGetItem'],
    'threshold-breaches': ['Query', 'BatchGetItem', 'PutItem'],
    'control-actions': ['PutItem'],
    'auto-control-config': ['BatchGetItem', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
    'alerting-config': ['GetItem'],
  },
  // It skips sums of hours and operations, so most records require no work.
  follows: [{ table: 'token-analytics', batchSize: 1_000, filter: SCOPE_CHANGES }],
  uses: ['alerts:publish'],
});
