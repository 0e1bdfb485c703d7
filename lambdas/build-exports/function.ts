import { defineFunction } from '../function-definition.ts';

/** A file that fails is begun anew twice. */
export const EXPORT_ATTEMPTS = 3;

export const buildExports = defineFunction({
  name: 'build-exports',
  description: 'Writes reports of any size to files',
  memoryMiB: 2048,
  timeoutSeconds: 900,
  tables: {
    'report-exports': ['GetItem', 'UpdateItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'token-usage': ['Query'],
  },
  environment: ['PURSER_EXPORT_QUEUE_URL', 'PURSER_EXPORT_BUCKET'],
  queuesExports: true,
  writesExports: true,
  goesOnByItself: true,
  queue: { name: 'exports', batchSize: 1 },
});
