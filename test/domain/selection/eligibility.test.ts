import { describe, expect, test } from 'vitest';
import type { CatalogModel } from '../../../domain/catalog/model.ts';
import { lacksApi, type Wishes, whyUnfit } from '../../../domain/selection/eligibility.ts';

const NOW = 1_000;
const entry: CatalogModel = {
  model: 'own.model',
  provider: 'own',
  family: 'own',
  contextTokens: 100,
  maxOutputTokens: 10,
  apis: ['converse', 'messages'],
  capabilities: ['tools'],
  regions: ['eu-west-1'],
  endsAtMs: NOW + 1,
};
const bare: CatalogModel = {
  model: 'own.bare',
  provider: 'own',
  family: 'own',
  contextTokens: 100,
  maxOutputTokens: 10,
};

describe('a model cannot serve a request', () => {
  test.each<[Wishes, string | undefined]>([
    [{ apis: ['chat', 'converse'], capabilities: ['tools'], region: 'eu-west-1' }, undefined],
    [{ apis: ['chat'] }, 'api'],
    [{ capabilities: ['tools', 'images'] }, 'capability'],
    [{ region: 'us-east-1' }, 'region'],
    [{ inputTokens: 100 }, 'no-room'],
    [{ maxOutputTokens: 11 }, 'no-room'],
    [{}, undefined],
  ])('that needs %j: %s', (wishes, because) => {
    expect(whyUnfit(wishes, entry, NOW)).toBe(because);
  });

  test('from the day on which its provider ends it', () => {
    expect(whyUnfit({}, entry, NOW + 1)).toBe('ended');
  });

  test('of which nobody knows whether it has what the request needs, but for its regions', () => {
    expect(whyUnfit({ apis: ['converse'] }, bare, NOW)).toBe('api');
    expect(whyUnfit({ capabilities: ['tools'] }, bare, NOW)).toBe('capability');
    expect(whyUnfit({ region: 'us-east-1', capabilities: [] }, bare, NOW)).toBeUndefined();
  });

  test('by an API, if no catalog knows it', () => {
    expect(lacksApi({ apis: ['chat'] }, undefined)).toBe(true);
    expect(whyUnfit({ capabilities: ['tools'] }, undefined, NOW)).toBeUndefined();
    expect(whyUnfit({}, undefined, NOW)).toBeUndefined();
  });
});
