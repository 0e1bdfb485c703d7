import { defineFunction } from '../function-definition.ts';

export const reportSettings = defineFunction({
  name: 'report-settings',
  description: "Shows and sets an organization's report settings",
  humanImpact:
    'People cannot change the tags, the allocation or the subscriptions of their reports.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/reports/tags' },
    { method: 'PUT', path: '/v1/reports/tags' },
    { method: 'GET', path: '/v1/reports/allocation' },
    { method: 'PUT', path: '/v1/reports/allocation' },
    { method: 'DELETE', path: '/v1/reports/allocation/{validFrom}' },
    { method: 'GET', path: '/v1/reports/subscriptions' },
    { method: 'PUT', path: '/v1/reports/subscriptions/{name}' },
    { method: 'DELETE', path: '/v1/reports/subscriptions/{name}' },
  ],
  tables: {
    ledger: ['Query', 'PutItem'],
    'organization-settings': ['GetItem', 'PutItem'],
    'member-defaults': ['Query'],
    'report-settings': ['GetItem', 'Query', 'PutItem', 'DeleteItem'],
    'report-subscriptions': ['Query', 'GetItem', 'PutItem', 'DeleteItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
