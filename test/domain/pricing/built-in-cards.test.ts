import { findProvider } from '@pydantic/genai-prices';
import { describe, expect, test } from 'vitest';
import { builtInCatalog } from '../../../domain/catalog/built-in-models.ts';
import { builtInCards } from '../../../domain/pricing/built-in-cards.ts';
import { resolveRate } from '../../../domain/pricing/resolve-rate.ts';

const AT = Date.parse('2026-09-23T12:00:00Z');

/** Our name for a model, mapped to the name under which the other table has the same price. */
const NAMES: Record<string, string> = {
  'regional.amazon.nova-2-lite-v1:0': 'us.amazon.nova-2-lite-v1:0',
};

/** Deliberate differences from genai-prices. */
const DIFFERENCES: Record<string, string> = {
  'deepseek-chat': 'genai-prices prices by the hour of the day; we take the dearer hours',
  'deepseek-reasoner': 'genai-prices prices by the hour of the day; we take the dearer hours',
  'deepseek/deepseek-r1': 'resellers at OpenRouter differ; we take the dearer recorded price',
  'ministral-8b': 'shares its card with ministral-8b-latest; we take the dearer price',
  'qwen/qwen-2.5-coder-32b-instruct':
    'resellers at OpenRouter differ; we take the dearer recorded price',
};

type Tiered = number | { base: number; tiers: { start: number; price: number }[] } | undefined;
type Prices = Record<string, Tiered>;
type Dated = { constraint?: { type: string; start_date?: string }; prices: Prices };

const base = (price: Tiered): number | undefined =>
  typeof price === 'object' ? price.base : price;

const tier = (price: Tiered): number | undefined =>
  typeof price === 'object' ? price.tiers[0]?.price : undefined;

function pricesAt(prices: Prices | Dated[]): Prices | undefined {
  if (!Array.isArray(prices)) return prices;
  return prices
    .filter(({ constraint }) => constraint === undefined || constraint.type === 'start_date')
    .findLast(({ constraint }) => (constraint?.start_date ?? '') <= '2026-09-23')?.prices;
}

/** The ID that callers would use with us. The `regional.` entries are our geographic profiles. */
function askedFor(id: string, providerId = 'aws'): string {
  const renamed = NAMES[id];
  if (renamed) return renamed;
  if (providerId === 'openrouter') return `openrouter/${id}`;
  if (providerId === 'zai') return id.toLowerCase();
  return id.startsWith('regional.') ? `us.${id.slice('regional.'.length)}` : id;
}

const compared = [
  'aws',
  'anthropic',
  'openai',
  'google',
  'deepseek',
  'openrouter',
  'mistral',
  'x-ai',
  'moonshotai',
  'zai',
].flatMap((providerId) => {
  const models = findProvider({ providerId })?.models ?? [];
  return models.flatMap((model) => {
    const theirs = pricesAt(model.prices);
    const input = base(theirs?.['input_mtok']);
    const output = base(theirs?.['output_mtok']);
    if (!theirs || !input || !output) return [];
    const resolved = resolveRate({ model: askedFor(model.id, providerId), atMs: AT });
    return resolved.ok ? [{ id: model.id, theirs, card: resolved.card, rate: resolved.rate }] : [];
  });
});

const ALL = builtInCards.values().flat();
const LISTS = ALL.flatMap((card) => [
  { name: `${card.model} since ${new Date(card.effectiveFromMs).toISOString()}`, list: card },
  ...Object.entries(card.geographic ?? {}).flatMap(([place, list]) =>
    list === undefined ? [] : [{ name: `${card.model} in ${place}`, list }],
  ),
]);

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
    const oneHour = base(theirs['cache_write_1h_mtok']);
    if (oneHour !== undefined) {
      expect(usd(rate.cacheWriteOneHourNanoUsdPerMillion)).toBeCloseTo(oneHour, 9);
    }
    const long = rate.longContext?.rate;
    if (long && typeof theirs['input_mtok'] === 'object') {
      expect(usd(long.inputNanoUsdPerMillion)).toBeCloseTo(tier(theirs['input_mtok']) ?? 0, 9);
      expect(usd(long.outputNanoUsdPerMillion)).toBeCloseTo(tier(theirs['output_mtok']) ?? 0, 9);
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

  test('price every model that genai-prices has on Bedrock', () => {
    const models = findProvider({ providerId: 'aws' })?.models ?? [];
    const missing = models.filter(({ id }) => !resolveRate({ model: askedFor(id), atMs: AT }).ok);
    expect(missing.map(({ id }) => id)).toEqual([]);
  });

  test('have a source, a day and a price for whatever they charge', () => {
    for (const card of ALL) {
      expect(card.source, card.model).not.toBe('');
      expect(card.sourceDate).toMatch(/^\d{4}-\d{2}-\d{2}$/);
      expect(card.sameAs).toBeUndefined();
      const units = [card.units?.images, card.units?.queries].filter(
        (price) => price !== undefined,
      );
      const isFree = card.inputNanoUsdPerMillion === 0n;
      expect(isFree ? units.length : 1, card.model).toBe(1);
      if (card.outputNanoUsdPerMillion === 0n && !isFree) expect(card.model).toContain('embed');
      for (const price of units) expect(price > 0n).toBe(true);
    }
  });

  test.each(LISTS)('are consistent in themselves: $name', ({ list }) => {
    const { inputNanoUsdPerMillion: input, outputNanoUsdPerMillion: output } = list;
    const write = list.cacheWriteNanoUsdPerMillion;
    expect(output === 0n || output >= input).toBe(true);
    expect((list.cacheReadNanoUsdPerMillion ?? 0n) <= input).toBe(true);
    expect((write ?? input) >= input).toBe(true);
    expect((list.cacheWriteOneHourNanoUsdPerMillion ?? write ?? input) >= (write ?? input)).toBe(
      true,
    );
    const long = list.longContext;
    if (!long) return;
    expect(long.aboveInputTokens).toBeGreaterThanOrEqual(100_000);
    // Haiku 5.5 costs five times as much above 100,000 tokens.
    const most = long.aboveInputTokens === 100_000 ? 5n : 2n;
    expect(long.inputNanoUsdPerMillion).toBe(most * input);
    expect(2n * long.outputNanoUsdPerMillion >= 3n * output).toBe(true);
    expect(long.outputNanoUsdPerMillion <= most * output).toBe(true);
  });

  test('cost half in batch and flex, 1.75 times in priority', () => {
    for (const card of ALL) {
      const batch = card.model === 'mistral.mistral-large-2407' ? 75 : 50;
      expect(card.batchPercent ?? batch).toBe(batch);
      expect(card.flexPercent ?? 50).toBe(50);
      expect(card.priorityPercent ?? 175).toBe(175);
    }
    const priority = resolveRate({ model: 'amazon.nova-pro-v1:0', atMs: AT, tier: 'priority' });
    expect(priority.ok && priority.rate.outputNanoUsdPerMillion).toBe(5_600_000_000n);
  });

  test('ask premiums from 1 to 1.76 times the price elsewhere, by place', () => {
    // Claude Instant of 2023 is the documented exception.
    const cards = ALL.filter(({ model }) => model !== 'anthropic.claude-instant');
    for (const card of cards) {
      for (const [place, list] of Object.entries(card.geographic ?? {})) {
        if (list === undefined) continue;
        const percent =
          Number((1_000n * list.inputNanoUsdPerMillion) / card.inputNanoUsdPerMillion) / 10;
        expect(percent, `${card.model} ${place}`).toBeGreaterThanOrEqual(100);
        expect(percent, `${card.model} ${place}`).toBeLessThanOrEqual(176);
        if (card.model.startsWith('anthropic.')) {
          expect(percent, `${card.model} ${place}`).toBe(place === 'us-gov' ? 120 : 110);
        }
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
      'anthropic.claude-fable-5-2',
      'claude-fable-5-2',
      'anthropic.claude-sonnet-5-5',
      'claude-sonnet-5-5',
      'anthropic.claude-opus-5-5',
      'claude-opus-5-5',
      'claude-3-haiku',
    ]);
    for (const card of ALL) {
      if (!card.model.includes('claude') || exceptions.has(card.model)) continue;
      if (card.cacheReadNanoUsdPerMillion === undefined) continue;
      const input = card.inputNanoUsdPerMillion;
      expect(card.cacheReadNanoUsdPerMillion).toBe(input / 10n);
      expect(card.cacheWriteNanoUsdPerMillion).toBe((input * 125n) / 100n);
      expect(card.cacheWriteOneHourNanoUsdPerMillion ?? input * 2n).toBe(input * 2n);
    }
  });
});
