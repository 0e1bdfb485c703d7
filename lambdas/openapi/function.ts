import { defineFunction } from '../function-definition.ts';

export const openapi = defineFunction({
  name: 'openapi',
  humanImpact: 'Developers cannot read the description of the API.',
  description: 'Serves the documentation that was generated at build time',
  memoryMiB: 256,
  timeoutSeconds: 5,
  public: true,
  routes: [
    { method: 'GET', path: '/openapi.json' },
    { method: 'GET', path: '/docs' },
  ],
});
