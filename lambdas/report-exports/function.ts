import { defineFunction } from '../function-definition.ts';

export const reportExports = defineFunction({
  name: 'report-exports',
  description: 'Exports reports to files, and links to them',
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
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  environment: ['PURSER_EXPORT_QUEUE_URL', 'PURSER_EXPORT_BUCKET'],
  queuesExports: true,
  readsExports: true,
  deletesExports: true,
});
