import { defineFunction } from '../function-definition.ts';

export const controls = defineFunction({
  name: 'controls',
  description: 'Shows, applies and reverses controls, and lists actions with their reasons',
  humanImpact:
    'People cannot stop or free anybody by hand, and cannot see who is restricted and why.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/controls' },
    { method: 'POST', path: '/v1/controls' },
    { method: 'POST', path: '/v1/controls/{id}/reverse' },
    { method: 'GET', path: '/v1/controls/actions' },
  ],
  tables: {
    ledger: ['PutItem'],
    'auto-control-config': ['BatchGetItem', 'Query', 'PutItem'],
    'control-actions': ['Query', 'PutItem'],
    'report-settings': ['GetItem'],
    'rate-cards': ['BatchGetItem'],
    'display-names': ['BatchGetItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  uses: ['alerts:publish'],
});
