import { defineFunction } from '../function-definition.ts';

export const prompts = defineFunction({
  name: 'prompts',
  description: 'Makes prompts shorter, and keeps templates of prompts',
  humanImpact:
    'People cannot see how to make prompts shorter, and get no prompts from templates. Calls of models go on as before.',
  memoryMiB: 1024,
  timeoutSeconds: 29,
  routes: [
    { method: 'POST', path: '/v1/prompts/optimize' },
    { method: 'GET', path: '/v1/prompts/templates' },
    { method: 'GET', path: '/v1/prompts/templates/{name}' },
    { method: 'PUT', path: '/v1/prompts/templates/{name}' },
    { method: 'GET', path: '/v1/prompts/templates/{name}/versions/{version}' },
    { method: 'DELETE', path: '/v1/prompts/templates/{name}' },
    { method: 'DELETE', path: '/v1/prompts/templates/{name}/versions/{version}' },
    { method: 'POST', path: '/v1/prompts/templates/{name}/render' },
  ],
  tables: {
    'prompt-templates': ['GetItem', 'PutItem', 'DeleteItem', 'ConditionCheckItem', 'Query'],
    ledger: ['PutItem'],
    'audit-log': ['BatchGetItem', 'PutItem'],
    'rate-cards': ['BatchGetItem'],
    models: ['Query'],
    'predictor-artifacts': ['Query'],
    'feature-flags': ['Query'],
  },
});
