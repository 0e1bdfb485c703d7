import { defineFunction } from '../function-definition.ts';

export const extendReservation = defineFunction({
  name: 'extend-reservation',
  description: 'Holds the money of a reservation until a later time',
  humanImpact: 'Long AI calls outlive their reservations, which are then presumed spent.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [{ method: 'POST', path: '/v1/reservations/{id}/extend' }],
  tables: {
    ledger: ['GetItem', 'PutItem', 'UpdateItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
});
