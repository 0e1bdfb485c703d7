import { defineFunction } from '../function-definition.ts';

export const getReservation = defineFunction({
  name: 'get-reservation',
  description: 'Shows the state and the amounts of a reservation',
  humanImpact: 'Callers cannot look up what became of a reservation.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [{ method: 'GET', path: '/v1/reservations/{id}' }],
  tables: {
    ledger: ['GetItem', 'UpdateItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
});
