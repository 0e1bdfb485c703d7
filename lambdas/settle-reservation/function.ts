import { defineFunction } from '../function-definition.ts';

export const settleReservation = defineFunction({
  name: 'settle-reservation',
  description: 'Settles a reservation at its actual cost',
  humanImpact:
    'Costs are not charged: money stays held until reservations expire, and what was spent above them is not counted.',
  guardsMoney: true,
  memoryMiB: 1024,
  timeoutSeconds: 10,
  hotPath: true,
  routes: [{ method: 'POST', path: '/v1/reservations/{id}/settle' }],
  tables: {
    ledger: ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'ConditionCheckItem'],
    'rate-cards': ['GetItem', 'BatchGetItem'],
    'organization-settings': ['GetItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
  uses: ['alerts:publish'],
});
