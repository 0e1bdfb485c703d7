import { defineFunction } from '../function-definition.ts';
import { gateway } from '../gateway/function.ts';

/** Prompts of jobs are made from templates when they are queued. */
const { 'prompt-templates': _, ...tables } = gateway.tables;

export const runJobs = defineFunction({
  name: 'run-jobs',
  description: 'Starts jobs when there is money for them, and makes their calls',
  humanImpact: 'Work that people queued does not start, although there is money for it.',
  // It waits for models, like the gateway.
  memoryMiB: 512,
  timeoutSeconds: 900,
  tables: {
    ...tables,
    'api-keys': ['GetItem'],
    jobs: ['GetItem', 'Query', 'PutItem', 'UpdateItem', 'DeleteItem'],
  },
  environment: ['PURSER_RESERVATION_HOLD_SECONDS', 'PURSER_RETENTION_DAYS', 'PURSER_VALKEY_URL'],
  queue: 'jobs',
  schedule: {
    expression: 'rate(1 minute)',
    description: 'Start jobs whose budgets have room since a period began or a hold ended',
  },
  uses: [
    'alerts:publish',
    'models:invoke',
    'bill:split',
    'batches:run',
    'provider-keys:read',
    'jobs:publish',
    'job-files:read',
    'job-files:write',
  ],
});
