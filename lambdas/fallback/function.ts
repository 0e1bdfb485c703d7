import { defineFunction } from '../function-definition.ts';

export const fallback = defineFunction({
  name: 'fallback',
  description: 'Answers every path and method without a route of its own',
  humanImpact: 'Callers of an unknown path get no explanation of what is wrong.',
  memoryMiB: 256,
  timeoutSeconds: 5,
  public: true,
  routes: [{ method: 'ANY', path: '$default' }],
});
