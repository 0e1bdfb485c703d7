import { defineFunction } from '../function-definition.ts';

export const costReport = defineFunction({
  name: 'cost-report',
  description: 'Reports costs for any time range, and current costs',
  humanImpact: 'People cannot see cost reports or their current spend.',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [
    { method: 'GET', path: '/v1/reports/costs' },
    { method: 'GET', path: '/v1/reports/chargeback' },
    { method: 'GET', path: '/v1/costs/current' },
  ],
  tables: {
    'token-analytics': ['Query', 'BatchGetItem'],
    'report-settings': ['GetItem', 'Query'],
    'organization-settings': ['GetItem'],
    'display-names': ['BatchGetItem'],
  },
});
