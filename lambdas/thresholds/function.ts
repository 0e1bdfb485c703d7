import { defineFunction } from '../function-definition.ts';

export const thresholds = defineFunction({
  name: 'thresholds',
  description: 'Sets and shows cost thresholds, breaches and alert preferences',
  humanImpact:
    'People cannot see or change thresholds and alert preferences. Existing ones still apply.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [
    { method: 'GET', path: '/v1/thresholds/{scope}/{scopeId}' },
    { method: 'PUT', path: '/v1/thresholds/{scope}/{scopeId}' },
    { method: 'DELETE', path: '/v1/thresholds/{scope}/{scopeId}' },
    { method: 'GET', path: '/v1/breaches' },
    { method: 'GET', path: '/v1/alerts/preferences/{scope}/{scopeId}' },
    { method: 'PUT', path: '/v1/alerts/preferences/{scope}/{scopeId}' },
    { method: 'POST', path: '/v1/alerts/test' },
  ],
  tables: {
    ledger: ['PutItem', 'BatchGetItem', 'ConditionCheckItem'],
    'cost-thresholds': ['BatchGetItem', 'GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem'],
    'member-defaults': ['BatchGetItem'],
    'threshold-breaches': ['Query'],
    'alerting-config': ['GetItem', 'PutItem'],
    'alert-deliveries': ['UpdateItem'],
    'token-analytics': ['BatchGetItem', 'UpdateItem'],
    'report-settings': ['GetItem'],
    'rate-cards': ['BatchGetItem'],
    'display-names': ['BatchGetItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
  uses: ['alerts:publish'],
});
