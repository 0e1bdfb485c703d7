import { defineFunction } from '../function-definition.ts';

export const settleReservation = defineFunction({
  name: 'settle-reservation',
  description: 'Settles a reservation at its actual cost',
  memoryMiB: 1024,
  timeoutSeconds: 10,
  hotPath: true,
  routes: [{ method: 'POST', path: '/v1/reservations/{id}/settle' }],
  publishesAlerts: true,
  tables: {
    ledger: ['GetItem', 'PutItem', 'UpdateItem'],
    'rate-cards': ['GetItem'],
  },
  environment: ['PURSER_RETENTION_DAYS', 'PURSER_ALERT_QUEUE_URL'],
});
