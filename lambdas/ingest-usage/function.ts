import { defineFunction } from '../function-definition.ts';

export const ingestUsage = defineFunction({
  name: 'ingest-usage',
  description: 'Records usage that had no reservation, once per event id',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [{ method: 'POST', path: '/v1/usage' }],
  publishesAlerts: true,
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'rate-cards': ['BatchGetItem'],
  },
  environment: ['PURSER_RETENTION_DAYS', 'PURSER_ALERT_QUEUE_URL'],
});
