import { expect, it } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { BEDROCK } from '../../../domain/routing/endpoint.ts';
import { poolEndpoints } from '../../../domain/routing/pool-endpoints.ts';
import type { Provider } from '../../../domain/routing/provider.ts';
import { servedModel } from '../../../domain/routing/served-model.ts';
import { takenTools } from '../../../domain/routing/taken-tools.ts';

const own = {
  provider: 'neuro',
  model: 'coder',
  upstreamModel: 'coder',
  api: 'responses',
} as const;

it.each([
  ['Bedrock, which takes functions only', { ...own, provider: BEDROCK }, []],
  ['Converse, whose translation knows text', { ...own, api: 'converse' as const }, ['custom']],
  ['an own provider without a setting', own, undefined],
  ['an own provider with one', { ...own, toolTypes: ['namespace'] }, ['namespace']],
])('knows the types of tools of %s', (_, endpoint, types) => {
  expect(takenTools(endpoint)).toEqual(types);
});

it('reads the setting of the provider that serves the model', () => {
  const provider: Provider = {
    name: 'neuro',
    address: { baseUrl: 'https://inference.example.com/v1' },
    regions: [],
    models: [{ model: 'neuro-coder', apis: ['responses'] }],
    toolTypes: ['custom'],
  };
  const served = servedModel('neuro-coder', builtInCatalog, [provider]);
  const pool = poolEndpoints(served.ok ? served.services : [], {
    apis: ['responses'],
    regions: [],
  });
  expect(pool.ok && pool.endpoints.map(takenTools)).toEqual([['custom']]);
});
