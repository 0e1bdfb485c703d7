import { defineFunction } from '../function-definition.ts';

export const reportSettings = defineFunction({
  name: 'report-settings',
  description: 'Shows and sets what an organization wants of its reports',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/reports/tags' },
    { method: 'PUT', path: '/v1/reports/tags' },
    { method: 'GET', path: '/v1/reports/allocation' },
    { method: 'PUT', path: '/v1/reports/allocation' },
  ],
  tables: {
    ledger: ['PutItem'],
    'report-settings': ['GetItem', 'PutItem'],
    'audit-log': ['GetItem', 'PutItem'],
  },
});
