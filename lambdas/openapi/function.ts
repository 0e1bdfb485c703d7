import { defineFunction } from '../function-definition.ts';

export const openapi = defineFunction({
  name: 'openapi',
  description: 'Serves the OpenAPI document that was generated at build time',
  humanImpact: 'Developers cannot read the description of the API.',
  memoryMiB: 256,
  timeoutSeconds: 5,
  public: true,
  routes: [{ method: 'GET', path: '/openapi.json' }],
});
