import { expect, it } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { modelsMeant } from '../../../domain/routing/meant-models.ts';

const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';
const NOVA = 'amazon.nova-lite-v1:0';
const LIST = ['own.extractor', HAIKU, NOVA, 'nova-lite'];

it.each([
  [HAIKU, [HAIKU]],
  ['claude-haiku-4-5', [HAIKU]],
  ['claude-haiku-4-5[1m]', [HAIKU]],
  [`eu.${HAIKU}`, [HAIKU]],
  ['own.extractor', ['own.extractor']],
  // A model of that name comes before the one that the name stands for.
  ['nova-lite', ['nova-lite', NOVA]],
  [NOVA, [NOVA]],
  ['claude-9', []],
  ['constructor', []],
  ['', []],
])('%s means %j', (name, meant) => {
  expect(modelsMeant(name, LIST, builtInCatalog)).toEqual(meant);
});
