import { PENDING_EVENTS } from '../../tables/alert-deliveries.ts';
import { WAKING_ENTRIES } from '../../tables/audit-log/items.ts';
import { ENDED_JOBS } from '../../tables/jobs/jobs.ts';
import { defineFunction } from '../function-definition.ts';

export const publishEvents = defineFunction({
  name: 'publish-events',
  description:
    'Puts changed budgets, expiries, violations of the ledger, savings and ended jobs on the event bus',
  humanImpact:
    'Programs are not told of changed budgets, expiries, violations, savings and ended jobs.',
  memoryMiB: 512,
  timeoutSeconds: 60,
  tables: { 'alert-deliveries': ['UpdateItem'], jobs: ['GetItem'] },
  follows: [
    { table: 'audit-log', batchSize: 100, filter: WAKING_ENTRIES },
    { table: 'alert-deliveries', batchSize: 100, filter: PENDING_EVENTS },
    { table: 'jobs', batchSize: 100, filter: ENDED_JOBS },
  ],
  uses: ['events:put', 'jobs:publish'],
});
