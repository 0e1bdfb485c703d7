import { defineFunction } from '../function-definition.ts';

export const costReport = defineFunction({
  name: 'cost-report',
  description: 'Reports costs of any time range, in totals that equal the ledger',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [{ method: 'GET', path: '/v1/reports/costs' }],
  tables: { 'token-analytics': ['Query', 'BatchGetItem'] },
});
