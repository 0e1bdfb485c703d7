import { defineFunction } from '../function-definition.ts';

export const buildExports = defineFunction({
  name: 'build-exports',
  description: 'Writes reports of any size to files',
  humanImpact: 'Reports that people asked for as files are not written.',
  memoryMiB: 2048,
  timeoutSeconds: 900,
  tables: {
    models: ['Query'],
    'rate-cards': ['BatchGetItem'],
    'report-exports': ['GetItem', 'UpdateItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    'display-names': ['BatchGetItem'],
    'token-usage': ['Query'],
  },
  queue: 'exports',
  uses: ['exports:publish', 'export-files:write'],
});
