import { defineFunction } from '../function-definition.ts';

export const prompts = defineFunction({
  name: 'prompts',
  description: 'Makes prompts shorter and says what that saves',
  humanImpact: 'People cannot see how to make prompts shorter. Calls of models go on as before.',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [{ method: 'POST', path: '/v1/prompts/optimize' }],
  tables: { 'rate-cards': ['BatchGetItem'] },
});
