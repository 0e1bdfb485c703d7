import { defineFunction } from '../function-definition.ts';

export const monitorCosts = defineFunction({
  name: 'monitor-costs',
  description: 'Compares the spend of every scope with its thresholds and keeps a snapshot',
  humanImpact:
    'Purser does not check spend against thresholds, so it neither alerts anyone nor stops the spending.',
  guardsMoney: true,
  memoryMiB: 1024,
  timeoutSeconds: 300,
  tables: {
    'display-names': ['BatchGetItem'],
    ledger: ['BatchGetItem', 'Query'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'token-usage': ['Query'],
    'cost-thresholds': ['BatchGetItem'],
    'member-defaults': ['BatchGetItem'],
    'threshold-breaches': ['Query', 'BatchGetItem', 'PutItem'],
    'control-actions': ['PutItem'],
    'auto-control-config': ['BatchGetItem', 'Query', 'PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
    'cost-monitoring': ['GetItem', 'PutItem'],
    'usage-patterns': ['GetItem', 'PutItem'],
    'alerting-config': ['GetItem', 'Query'],
    'report-settings': ['GetItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
  schedule: {
    expression: 'rate(15 minutes)',
    description: 'Compare spend with thresholds',
  },
  uses: ['alerts:publish'],
});
