import { describe, expect, test } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { type CatalogModel, createCatalog } from '../../../domain/catalog/model.ts';
import { candidatesFor } from '../../../domain/selection/candidates.ts';
import type { Wishes } from '../../../domain/selection/eligibility.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

const modelsFor = (wishes: Wishes) => candidatesFor({ inputTokens: 1_000, ...wishes }).models;

describe('the candidates of a request', () => {
  test('start with the model asked for, then candidates, then cheaper siblings', () => {
    expect(modelsFor({ model: SONNET })).toEqual([SONNET, HAIKU]);
    expect(modelsFor({ model: SONNET, candidates: [SONNET, 'gpt-4o', HAIKU] })).toEqual([
      SONNET,
      'gpt-4o',
      HAIKU,
      'gpt-4o-mini',
    ]);
  });

  test('keep to the profile of the model asked for', () => {
    expect(modelsFor({ model: `eu.${SONNET}` })).toEqual([`eu.${SONNET}`, `eu.${HAIKU}`]);
  });

  test('are suitable models of the catalog when none is named, at most eight', () => {
    expect(modelsFor({})).toHaveLength(8);
    const [first] = modelsFor({ minQuality: 0.9 });
    expect(builtInCatalog.get(first ?? '')?.quality).toBeGreaterThanOrEqual(0.9);
  });

  test('are all that the caller names, however many', () => {
    const candidates = Array.from({ length: 20 }, (_, index) => `own.model-${index}`);
    expect(modelsFor({ candidates })).toEqual(candidates);
  });

  test('leave models of the catalog out for a reason', () => {
    const entry = (model: string, over: Partial<CatalogModel> = {}): CatalogModel => ({
      model,
      provider: 'own',
      family: 'own',
      contextTokens: 1_001,
      maxOutputTokens: 100,
      quality: 0.8,
      latencyMs: 900,
      recommendable: true,
      ...over,
    });
    const catalog = createCatalog([
      entry('own.fits'),
      entry('own.poor', { quality: 0.79 }),
      entry('own.ungraded', { quality: undefined }),
      entry('own.slow', { latencyMs: 901 }),
      entry('own.unmeasured', { latencyMs: undefined }),
      entry('own.short-input', { contextTokens: 1_000 }),
      entry('own.short-output', { maxOutputTokens: 99 }),
      entry('own.unlisted', { recommendable: undefined }),
      ...Array.from({ length: 8 }, (_, index) => entry(`own.more-${index}`)),
    ]);
    const wishes = { minQuality: 0.8, maxLatencyMs: 900, inputTokens: 1_000, maxOutputTokens: 100 };
    const { models, leftOut } = candidatesFor(wishes, catalog);
    expect(models).toEqual(['own.fits', ...Array.from({ length: 7 }, (_, n) => `own.more-${n}`)]);
    expect(leftOut).toEqual([
      { model: 'own.poor', because: 'quality' },
      { model: 'own.ungraded', because: 'quality' },
      { model: 'own.slow', because: 'latency' },
      { model: 'own.unmeasured', because: 'latency' },
      { model: 'own.short-input', because: 'no-room' },
      { model: 'own.short-output', because: 'no-room' },
      { model: 'own.more-7', because: 'too-many' },
    ]);
  });
});
