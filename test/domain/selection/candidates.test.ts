import { describe, expect, test } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { type Catalog, type CatalogModel, createCatalog } from '../../../domain/catalog/model.ts';
import { candidatesFor, refusesSiblings } from '../../../domain/selection/candidates.ts';
import type { Wishes } from '../../../domain/selection/eligibility.ts';
import { supplyFor } from '../../../domain/selection/supply.ts';

const SONNET = 'anthropic.claude-sonnet-4-6';
const HAIKU = 'anthropic.claude-haiku-4-5-20251001-v1:0';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const supplyOf = (catalog: Catalog) => supplyFor({}, { catalog, nowMs: NOW });
const modelsFor = (wishes: Wishes) =>
  candidatesFor({ inputTokens: 1_000, ...wishes }, supplyOf(builtInCatalog)).models;

describe('the candidates of a request', () => {
  test('are the model asked for and its cheaper siblings', () => {
    expect(modelsFor({ model: SONNET })).toEqual([SONNET, HAIKU]);
    expect(modelsFor({ model: SONNET, downgrade: true })).toEqual([SONNET, HAIKU]);
  });

  test('are a closed list where the caller names some, the model asked for first', () => {
    const candidates = [SONNET, 'gpt-4o'];
    expect(modelsFor({ candidates })).toEqual(candidates);
    expect(modelsFor({ model: 'gpt-4o', candidates })).toEqual(['gpt-4o', SONNET]);
    expect(modelsFor({ model: HAIKU, candidates })).toEqual([HAIKU, ...candidates]);
  });

  test('are the model asked for alone where the caller refuses downgrades', () => {
    expect(modelsFor({ model: SONNET, downgrade: false })).toEqual([SONNET]);
    const both = { model: SONNET, candidates: ['gpt-4o'], downgrade: false };
    expect(modelsFor(both)).toEqual([SONNET]);
    expect(modelsFor({ downgrade: false })).toEqual(modelsFor({}));
  });

  test.each<[Wishes, string, boolean]>([
    [{}, SONNET, false],
    [{ downgrade: false }, SONNET, true],
    [{ candidates: [SONNET] }, SONNET, true],
    [{ downgrade: false }, HAIKU, false],
    [{ candidates: ['own.model'] }, 'own.model', false],
  ])('with %j keep %s from its cheaper siblings: %s', (wishes, model, refuses) => {
    expect(refusesSiblings(wishes, model, builtInCatalog)).toBe(refuses);
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
    const { models, leftOut } = candidatesFor(wishes, supplyOf(catalog));
    expect(models).toEqual(['own.fits', ...Array.from({ length: 7 }, (_, n) => `own.more-${n}`)]);
    expect(leftOut).toEqual([
      { model: 'own.poor', because: 'quality' },
      { model: 'own.ungraded', because: 'quality-unknown' },
      { model: 'own.slow', because: 'latency' },
      { model: 'own.unmeasured', because: 'latency' },
      { model: 'own.short-input', because: 'no-room' },
      { model: 'own.short-output', because: 'no-room' },
      { model: 'own.more-7', because: 'too-many' },
    ]);
  });
});
