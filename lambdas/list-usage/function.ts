import { defineFunction } from '../function-definition.ts';

export const listUsage = defineFunction({
  name: 'list-usage',
  description: 'Lists recorded usage by user, department, system, model and time',
  humanImpact: 'People cannot see single usage records.',
  memoryMiB: 512,
  timeoutSeconds: 15,
  routes: [{ method: 'GET', path: '/v1/usage' }],
  tables: { 'token-usage': ['Query'], 'token-analytics': ['Query', 'BatchGetItem'] },
});
