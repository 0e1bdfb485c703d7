import { defineFunction } from '../function-definition.ts';

export const health = defineFunction({
  name: 'health',
  description: 'Reports whether Purser runs, and whether its stores respond and accept writes',
  humanImpact: 'Monitoring cannot tell whether Purser works, and may report a false outage.',
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
