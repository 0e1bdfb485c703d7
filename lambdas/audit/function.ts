import { defineFunction } from '../function-definition.ts';

export const audit = defineFunction({
  name: 'audit',
  description: 'Shows who changed what',
  humanImpact: 'People cannot look up who changed what. Changes are still recorded.',
  memoryMiB: 512,
  timeoutSeconds: 10,
  routes: [{ method: 'GET', path: '/v1/audit' }],
  tables: { 'audit-log': ['Query'] },
});
