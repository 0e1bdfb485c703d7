import { describe, expect, test } from 'vitest';
import type { CatalogModel } from '../../../domain/catalog/model.ts';
import {
  lacksApi,
  type Wishes,
  whyTooLow,
  whyTooMuchLoss,
  whyUnfit,
} from '../../../domain/selection/eligibility.ts';

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

describe('a quality', () => {
  test.each([
    [{ quality: 0.8, uncertainty: 0.05 }, undefined],
    [{ quality: 0.7, uncertainty: 0.05 }, 'quality'],
    [{ quality: 0.9, uncertainty: 0.25 }, 'quality-unknown'],
    [{}, 'quality-unknown'],
  ])('of %j, where 0.8 is asked for, is: %s', (merits, because) => {
    expect(whyTooLow({ minQuality: 0.8 }, merits)).toBe(because);
    expect(whyTooLow({}, merits)).toBeUndefined();
  });

  test('keeps to the loss allowed only if its bound does', () => {
    const requested = { quality: 0.9, uncertainty: 0 };
    const because = (quality: number, uncertainty: number): string | undefined =>
      whyTooMuchLoss({ maxQualityLoss: 0.1 }, requested, { quality, uncertainty });
    // At least 0.81, and 1.6449 standard errors more.
    expect(because(0.83, 0.01)).toBeUndefined();
    expect(because(0.82, 0.01)).toBe('quality-unknown');
    expect(because(0.8, 0.01)).toBe('quality');
    expect(whyTooMuchLoss({ maxQualityLoss: 0.1 }, {}, {})).toBe('quality');
    expect(whyTooMuchLoss({}, {}, {})).toBeUndefined();
  });
});
