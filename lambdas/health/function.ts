import { defineFunction } from '../function-definition.ts';

export const health = defineFunction({
  name: 'health',
  description: 'Says whether this runs, and in depth whether the store answers and takes writes',
  memoryMiB: 256,
  timeoutSeconds: 10,
  public: true,
  routes: [
    { method: 'GET', path: '/health' },
    { method: 'GET', path: '/health/deep' },
  ],
  tables: { ledger: ['GetItem'], 'analytics-cache': ['PutItem'] },
  environment: ['PURSER_ENVIRONMENT'],
});
