import { defineFunction } from '../function-definition.ts';

export const performance = defineFunction({
  name: 'performance',
  description:
    'Takes measurements of calls, and tells response time, cost, accuracy and throughput',
  humanImpact: 'People cannot see how fast and how good their systems are.',
  memoryMiB: 512,
  timeoutSeconds: 29,
  routes: [
    { method: 'POST', path: '/performance/metrics' },
    { method: 'GET', path: '/performance/metrics' },
  ],
  tables: {
    ledger: ['PutItem'],
    'performance-metrics': ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
  },
});
