import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { createCatalog } from '../../../domain/catalog/model.ts';
import { builtInCards } from '../../../domain/pricing/built-in-cards.ts';
import { focusSellerOf } from '../../../domain/reporting/focus-seller.ts';
import { regionNameOf } from '../../../domain/reporting/region-names.ts';

const sellerOf = (model: string, catalog = createCatalog()) =>
  focusSellerOf(model, { organizationId: 'acme', catalog });

describe('who sells', () => {
  test.each([
    ['amazon.nova-lite-v1:0', 'Amazon Web Services', 'Amazon', 'Amazon Bedrock'],
    ['eu.anthropic.claude-sonnet-4-6', 'Amazon Web Services', 'Anthropic', 'Amazon Bedrock'],
    ['gpt-4o', 'OpenAI', 'OpenAI', 'OpenAI API'],
    ['gemini-3.8-flash', 'Google', 'Google', 'Google API'],
    ['openrouter/openai/gpt-4o', 'OpenRouter', 'OpenAI', 'OpenRouter API'],
    ['openrouter/mistralai/mistral-large', 'OpenRouter', 'Mistral AI', 'OpenRouter API'],
    [
      'fireworks_ai/accounts/fireworks/models/qwen2p5-coder-32b-instruct',
      'Fireworks AI',
      'Qwen',
      'Fireworks AI API',
    ],
    ['of-our-own', 'acme', 'acme', 'acme API'],
  ])('%s', (model, provider, publisher, service) => {
    expect(sellerOf(model)).toEqual({ provider, publisher, service });
  });

  test('is known for every model with a built-in price', () => {
    const unknown = builtInCards.keys().filter((model) => sellerOf(model).provider === 'acme');
    expect(unknown).toEqual([]);
  });

  test('is whom the catalog of the organization names, where nobody else knows', () => {
    const own = { model: 'of-our-own', provider: 'Contoso', family: 'own' };
    const named = createCatalog([{ ...own, contextTokens: 8_000, maxOutputTokens: 1_000 }]);
    expect(sellerOf('of-our-own', named).provider).toBe('Contoso');
    expect(sellerOf('gpt-4o', named).provider).toBe('OpenAI');
  });
});

test('regions have the names that AWS gives them', () => {
  const path = '@aws-sdk/core/dist-es/submodules/client/util-endpoints/lib/aws/partitions.js';
  const packages = createRequire(import.meta.url).resolve('@aws-sdk/core/package.json');
  const text = readFileSync(packages.replace('@aws-sdk/core/package.json', path), 'utf8');
  const listed = text.matchAll(/"((?:[a-z]+-)+\d)": \{\s*"description": "([^"]+)"/g);
  const names = [...listed].filter(([, id = '']) => !/^(?:cn|us-iso|eu-iso|eusc)/.test(id));
  expect(names.length).toBeGreaterThan(30);
  for (const [, id = '', name] of names) expect(regionNameOf(id), id).toBe(name);
  expect(regionNameOf('our-cellar')).toBe('our-cellar');
});
