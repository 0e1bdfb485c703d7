import { defineFunction } from '../function-definition.ts';

export const reportExports = defineFunction({
  name: 'report-exports',
  description: 'Exports reports to files, and links to them',
  humanImpact: 'People cannot order report files or fetch those that are ready.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'POST', path: '/v1/reports/exports' },
    { method: 'GET', path: '/v1/reports/exports' },
    { method: 'GET', path: '/v1/reports/exports/{exportId}' },
    { method: 'DELETE', path: '/v1/reports/exports/{exportId}' },
  ],
  tables: {
    ledger: ['PutItem'],
    'report-exports': ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
    'report-settings': ['GetItem'],
    'organization-settings': ['GetItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  uses: ['exports:publish', 'export-files:read', 'export-files:delete'],
});
