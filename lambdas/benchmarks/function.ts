import { defineFunction } from '../function-definition.ts';

export const benchmarks = defineFunction({
  name: 'benchmarks',
  description: "Compares unit costs with an industry's, and sets industry profiles",
  humanImpact: 'People cannot compare their unit costs with those of an industry.',
  memoryMiB: 512,
  timeoutSeconds: 29,
  routes: [
    { method: 'GET', path: '/v1/benchmarks' },
    { method: 'PUT', path: '/v1/benchmarks/{industry}' },
  ],
  tables: {
    benchmarks: ['GetItem', 'PutItem'],
    'token-analytics': ['Query', 'BatchGetItem'],
    ledger: ['PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
  },
});
