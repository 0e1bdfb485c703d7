import { defineFunction } from '../function-definition.ts';

export const voidReservation = defineFunction({
  name: 'void-reservation',
  description: 'Releases the held money of a reservation whose AI call was not made',
  humanImpact: 'Money for AI calls that were not made stays held until the reservations expire.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [{ method: 'POST', path: '/v1/reservations/{id}/void' }],
  tables: {
    ledger: ['GetItem', 'PutItem', 'UpdateItem'],
  },
  environment: ['PURSER_RETENTION_DAYS'],
});
