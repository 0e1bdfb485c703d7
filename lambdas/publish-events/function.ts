import { PENDING_EVENTS } from '../../tables/alert-deliveries.ts';
import { BUDGET_ENTRIES } from '../../tables/audit-log/items.ts';
import { defineFunction } from '../function-definition.ts';

export const publishEvents = defineFunction({
  name: 'publish-events',
  description:
    'Puts changed budgets, expiries, violations of the ledger and savings on the event bus',
  humanImpact: 'Programs are not told of changed budgets, expiries, violations and savings.',
  memoryMiB: 512,
  timeoutSeconds: 60,
  tables: { 'alert-deliveries': ['UpdateItem'], jobs: ['GetItem'] },
  follows: [
    { table: 'audit-log', batchSize: 100, filter: BUDGET_ENTRIES },
    { table: 'alert-deliveries', batchSize: 100, filter: PENDING_EVENTS },
  ],
  uses: ['events:put', 'jobs:publish'],
});
