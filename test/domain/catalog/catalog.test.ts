import { describe, expect, test } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import {
  type CatalogModel,
  createCatalog,
  downgradeOf,
  qualityPriorOf,
} from '../../../domain/catalog/model.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';

const AT = Date.parse('2026-11-21T00:00:00Z');

/**
 * Price of a request with three times as much input as output, in nano-dollars per million tokens.
 */
function blendedPrice(model: string): bigint {
  const resolved = resolveRate({ model, atMs: AT });
  if (!resolved.ok) throw new Error(`${model}: ${resolved.reason}`);
  const { inputNanoUsdPerMillion, outputNanoUsdPerMillion } = resolved.rate;
  return 3n * inputNanoUsdPerMillion + outputNanoUsdPerMillion;
}

describe('the built-in catalogue', () => {
  const models = builtInCatalog.list();

  test('names a cheaper model of its own wherever it names a downgrade', () => {
    for (const { model, downgradeTo } of models) {
      if (downgradeTo === undefined) continue;
      expect(builtInCatalog.get(downgradeTo)?.model, model).toBe(downgradeTo);
      expect(blendedPrice(downgradeTo) < blendedPrice(model), `${model} → ${downgradeTo}`).toBe(
        true,
      );
    }
  });

  test('lists recommendable models of several makers, cheapest first', () => {
    const recommendable = models.filter((model) => model.recommendable === true);
    const prices = recommendable.map(({ model }) => blendedPrice(model));
    expect(prices).toEqual(prices.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(recommendable.map(({ provider }) => provider)).size).toBeGreaterThan(2);
  });

  test('holds figures that can be true', () => {
    for (const model of models) {
      expect(model.contextTokens, model.model).toBeGreaterThanOrEqual(model.maxOutputTokens);
      expect(model.maxOutputTokens, model.model).toBeGreaterThan(0);
      expect(model.apis?.length, model.model).toBeGreaterThan(0);
      if (model.apis?.includes('embeddings')) continue;
      expect(model.quality ?? 0, model.model).toBeGreaterThan(0);
      expect(model.quality ?? 0, model.model).toBeLessThan(1);
      expect(model.latencyMs ?? 0, model.model).toBeGreaterThan(0);
    }
  });
});

test('facts of makers whose families were guessed are marked, with their source', () => {
  const makers = new Set(['MiniMax', 'Moonshot AI', 'NVIDIA', 'Writer', 'xAI']);
  for (const entry of builtInCatalog.list()) {
    expect(entry.assumed !== undefined, entry.model).toBe(makers.has(entry.provider));
    if (!entry.assumed) continue;
    expect(qualityPriorOf(entry, undefined)).toMatchObject({
      uncertainty: 0.2887,
      source: expect.stringContaining('assumed') as string,
    });
  }
});

describe('createCatalog', () => {
  const own: CatalogModel = {
    model: 'anthropic.claude-sonnet-4-6',
    provider: 'Anthropic',
    family: 'claude-sonnet',
    contextTokens: 1_000,
    maxOutputTokens: 500,
  };

  test('finds a model by every form of its name', () => {
    const catalog = createCatalog([own]);
    expect(catalog.get('eu.anthropic.claude-sonnet-4-6-v1:0')).toBe(own);
    expect(catalog.get('anthropic.claude-sonnet-5')).toBeUndefined();
  });

  test('lets later entries replace earlier ones in their place', () => {
    const catalog = createCatalog(builtInCatalog.list(), [own]);
    expect(catalog.get('anthropic.claude-sonnet-4-6')).toBe(own);
    expect(catalog.list()).toHaveLength(builtInCatalog.list().length);
  });
});

describe('downgradeOf', () => {
  test('goes through the same inference profile', () => {
    expect(downgradeOf('anthropic.claude-sonnet-4-6', builtInCatalog)).toBe(
      'anthropic.claude-haiku-4-5-20251001-v1:0',
    );
    expect(downgradeOf('eu.anthropic.claude-sonnet-4-6', builtInCatalog)).toBe(
      'eu.anthropic.claude-haiku-4-5-20251001-v1:0',
    );
    expect(downgradeOf('amazon.nova-micro-v1:0', builtInCatalog)).toBeUndefined();
  });
});
