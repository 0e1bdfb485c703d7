import { findProvider } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { builtInCards } from '../../../domain/pricing/built-in-cards.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';

const AT = Date.parse('2026-09-23T12:00:00Z');

/** Names under which another table keeps the same price, by the name that we give it. */
const NAMES: Record<string, string> = {
  'regional.amazon.nova-2-lite-v1:0': 'us.amazon.nova-2-lite-v1:0',
};

/** Where we differ from genai-prices on purpose. */
const DIFFERENCES: Record<string, string> = {
  'deepseek-chat': 'genai-prices prices by the hour of the day; we take the dearer hours',
  'deepseek-reasoner': 'genai-prices prices by the hour of the day; we take the dearer hours',
};

/** Models that genai-prices has on Bedrock and we do not. */
const NOT_PRICED: Record<string, string> = {
  'amazon.nova-sonic-v1:0': 'audio is priced by units that we do not count',
  'amazon.nova-2-sonic-v1:0': 'audio is priced by units that we do not count',
  'mistral.voxtral-mini-3b-2507': 'audio is priced by units that we do not count',
  'mistral.voxtral-small-24b-2507': 'audio is priced by units that we do not count',
  'amazon.titan-embed-text-v1': 'embeddings have no output',
};

type Tiered = number | { base: number; tiers: { start: number; price: number }[] } | undefined;
type Prices = Record<string, Tiered>;
type Dated = { constraint?: { type: string; start_date?: string }; prices: Prices };

const base = (price: Tiered): number | undefined =>
  typeof price === 'object' ? price.base : price;

function pricesAt(prices: Prices | Dated[]): Prices | undefined {
  if (!Array.isArray(prices)) return prices;
  return prices
    .filter(({ constraint }) => constraint === undefined || constraint.type === 'start_date')
    .findLast(({ constraint }) => (constraint?.start_date ?? '') <= '2026-09-23')?.prices;
}

/** The id that we would be asked for: their `regional.` entries are our geographic profiles. */
function askedFor(id: string): string {
  const renamed = NAMES[id];
  if (renamed) return renamed;
  return id.startsWith('regional.') ? `us.${id.slice('regional.'.length)}` : id;
}

const compared = ['aws', 'anthropic', 'openai', 'google', 'deepseek'].flatMap((providerId) => {
  const models = findProvider({ providerId })?.models ?? [];
  return models.flatMap((model) => {
    const theirs = pricesAt(model.prices);
    const input = base(theirs?.['input_mtok']);
    const output = base(theirs?.['output_mtok']);
    if (!theirs || !input || !output) return [];
    const resolved = resolveRate({ model: askedFor(model.id), atMs: AT });
    return resolved.ok ? [{ id: model.id, theirs, card: resolved.card, rate: resolved.rate }] : [];
  });
});

const usd = (price: bigint | undefined): number | undefined =>
  price === undefined ? undefined : Number(price) / 1e9;

describe('built-in rate cards', () => {
  test('share many models with genai-prices', () => {
    expect(compared.length).toBeGreaterThan(90);
  });

  test.each(compared)('agree with genai-prices on $id', ({ id, theirs, rate, card }) => {
    if (DIFFERENCES[id] !== undefined) return;
    expect(usd(rate.inputNanoUsdPerMillion)).toBeCloseTo(base(theirs['input_mtok']) ?? 0, 9);
    expect(usd(rate.outputNanoUsdPerMillion)).toBeCloseTo(base(theirs['output_mtok']) ?? 0, 9);
    const cacheRead = base(theirs['cache_read_mtok']);
    if (cacheRead !== undefined && card.cacheReadNanoUsdPerMillion !== undefined) {
      expect(usd(rate.cacheReadNanoUsdPerMillion)).toBeCloseTo(cacheRead, 9);
    }
    const cacheWrite = base(theirs['cache_write_mtok']);
    if (cacheWrite !== undefined) {
      expect(usd(rate.cacheWriteNanoUsdPerMillion)).toBeCloseTo(cacheWrite, 9);
    }
  });

  test('differ where a difference is listed', () => {
    const different = compared.filter(
      ({ theirs, rate }) => usd(rate.inputNanoUsdPerMillion) !== base(theirs['input_mtok']),
    );
    expect(different.map(({ id }) => id).toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted());
  });

  test('price every text model that genai-prices has on Bedrock, or say why not', () => {
    const models = findProvider({ providerId: 'aws' })?.models ?? [];
    const missing = models.filter(({ id }) => !resolveRate({ model: askedFor(id), atMs: AT }).ok);
    expect(missing.map(({ id }) => id).toSorted()).toEqual(Object.keys(NOT_PRICED).toSorted());
  });

  test('have a source, a day and positive prices', () => {
    for (const card of [...builtInCards.values()].flat()) {
      expect(card.source).not.toBe('');
      expect(card.sourceDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      for (const price of [
        card.inputNanoUsdPerMillion,
        card.outputNanoUsdPerMillion,
        card.cacheReadNanoUsdPerMillion ?? 1n,
        card.cacheWriteNanoUsdPerMillion ?? 1n,
      ]) {
        expect(price > 0n).toBe(true);
      }
    }
  });

  test('price every model of the catalogue', () => {
    for (const { model } of builtInCatalog.list()) {
      expect(resolveRate({ model, atMs: AT }).ok, model).toBe(true);
    }
  });

  test('follow the ratios that Anthropic publishes: writes 1.25 and 2, reads 0.1 of the input', () => {
    const exceptions = new Set([
      'anthropic.claude-fable-5-1',
      'claude-fable-5-1',
      'anthropic.claude-opus-5-5',
      'claude-opus-5-5',
      'claude-3-haiku',
    ]);
    for (const card of [...builtInCards.values()].flat()) {
      if (!card.model.includes('claude') || exceptions.has(card.model)) continue;
      const input = card.inputNanoUsdPerMillion;
      expect(card.cacheReadNanoUsdPerMillion).toBe(input / 10n);
      expect(card.cacheWriteNanoUsdPerMillion).toBe((input * 125n) / 100n);
      expect(card.cacheWriteOneHourNanoUsdPerMillion ?? input * 2n).toBe(input * 2n);
    }
  });
});
