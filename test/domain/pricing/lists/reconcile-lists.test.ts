import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { builtInCards } from '../../../../domain/pricing/built-in-cards.ts';
import { type ListedPrice, tokensOf } from '../../../../domain/pricing/lists/listed-price.ts';
import { proposeCards } from '../../../../domain/pricing/lists/propose-cards.ts';
import { reconcileLists } from '../../../../domain/pricing/lists/reconcile-lists.ts';
import { isSafeUnattended } from '../../../../domain/pricing/lists/unattended.ts';
import { cardInForce, type RateCard } from '../../../../domain/pricing/rate-card.ts';
import { costOf } from '../../../../domain/pricing/rate.ts';
import { resolveRate } from '../../../../domain/pricing/resolve-rate.ts';

const NOW = Date.parse('2026-11-30T00:00:00Z');
const FACTS = { effectiveFromMs: NOW, source: 'a list', sourceDate: '2026-11-30' };
const MODELS = [
  'anthropic.claude-haiku-4-5',
  'amazon.nova-pro',
  'claude-sonnet-4-5',
  'openai.gpt-5.4',
];

const cardOf = (model: string): RateCard => {
  const card = cardInForce(builtInCards.get(model) ?? [], NOW);
  if (!card) throw new Error(`no card of ${model}`);
  return card;
};
const builtIn = (model: string) => [builtInCards.get(model) ?? []];

/** A card as a list would have it. */
const listedOf = (model: string): ListedPrice => ({
  ...tokensOf(cardOf(model)),
  id: model,
  model,
  isText: true,
  oddities: [],
});
const honest = (source: string) => ({ source, listed: MODELS.map(listedOf) });
const changed = (over: Partial<ListedPrice>): ListedPrice => ({
  ...listedOf('amazon.nova-pro'),
  ...over,
});
const novaOf = (source: string, over: Partial<ListedPrice>) => ({
  source,
  listed: [changed(over)],
});

describe('reconcileLists', () => {
  test('counts for each source what it has alike, otherwise, and not at all', () => {
    const sources = [
      honest('all'),
      novaOf('cut', { input: 700_000_000n }),
      { source: 'empty', listed: [] },
    ];
    const { agreements, listed } = reconcileLists(sources, builtIn, NOW);
    const total = agreements[0]?.equal ?? 0;
    expect(total).toBeGreaterThan(MODELS.length * 2);
    expect(agreements).toEqual([
      { source: 'all', equal: total, differing: 0, missing: 0 },
      { source: 'cut', equal: 2, differing: 1, missing: total - 3 },
      { source: 'empty', equal: 0, differing: 0, missing: total },
    ]);
    expect(listed).toEqual([]);
  });

  test('takes a price on which two agree, within rounding, and says who they are', () => {
    const sources = [
      novaOf('a', { input: 900_000_000n }),
      novaOf('b', { input: 900_000_300n }),
      novaOf('c', {}),
    ];
    const { comparisons, listed } = reconcileLists(sources, builtIn, NOW);
    expect(comparisons.find(({ field }) => field === 'input')?.agreed).toEqual({
      nanoUsd: 900_000_300n,
      sources: ['a', 'b'],
    });
    expect(listed).toMatchObject([{ model: 'amazon.nova-pro', input: 900_000_300n }]);
    expect(proposeCards(listed, builtIn, FACTS)).toMatchObject([
      {
        kind: 'changed',
        changes: expect.arrayContaining([
          expect.objectContaining({ place: 'base', field: 'input' }),
        ]),
      },
    ]);
  });

  test('leaves a price alone on which two contradict two', () => {
    const sources = ['a', 'b'].map((name) => novaOf(name, { input: 900_000_000n }));
    const others = ['c', 'd'].map((name) => novaOf(name, {}));
    expect(reconcileLists([...sources, ...others], builtIn, NOW).listed).toEqual([]);
  });
});

const USAGES = [
  { inputTokens: 1_000_000, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
  { inputTokens: 1_000, outputTokens: 1_000_000, cacheReadTokens: 0, cacheWriteTokens: 0 },
  { inputTokens: 0, outputTokens: 0, cacheReadTokens: 100_000, cacheWriteTokens: 100_000 },
  { inputTokens: 300_000, outputTokens: 1, cacheReadTokens: 9, cacheWriteTokens: 1 },
];

const REGIONS = [undefined, 'us-east-1', 'eu-west-1', 'eu-west-2', 'ap-south-1', 'xx-new-1'];

/** What usages cost by a card, at several places and tiers. */
function costsOf(card: RateCard): (bigint | undefined)[] {
  const cards = new Map([[card.model, [card]]]);
  return ['', 'us.', 'eu.', 'apac.'].flatMap((place) =>
    (['standard', 'batch'] as const).flatMap((tier) => {
      const model = `${place}${card.model}`;
      return REGIONS.flatMap((region) => {
        const resolved = resolveRate({ model, region, tier, atMs: NOW, cards });
        return USAGES.map((usage) => (resolved.ok ? costOf(usage, resolved.rate) : undefined));
      });
    }),
  );
}

/** What happens to prices in a damaged list. */
const poison = fc.record({
  model: fc.constantFrom(...MODELS),
  field: fc.constantFrom('input', 'output', 'cacheRead', 'cacheWrite'),
  factor: fc.constantFrom(0n, 1n, 2n, 10n, 500n, 999n, 1_001n, 1_500n, 10_000n, 1_000_000n),
  isMissing: fc.boolean(),
  /** The damage is in the entry of this region, which the honest list does not have. */
  region: fc.constantFrom<Poison['region'][]>(undefined, undefined, 'eu-west-2', 'xx-new-1'),
});
type Poison = {
  model: string;
  field: string;
  factor: bigint;
  isMissing: boolean;
  region: `${string}-${string}-${number}` | undefined;
};

function damagedBy(entry: ListedPrice, { field, factor }: Poison): ListedPrice {
  const price = entry[field as 'input'];
  return price === undefined ? entry : { ...entry, [field]: (price * factor) / 1_000n };
}

const poisoned = (source: string, damages: readonly Poison[]) => ({
  source,
  listed: MODELS.flatMap((model) =>
    damages.reduce<ListedPrice[]>(
      (entries, damage) => {
        if (damage.model !== model) return entries;
        if (damage.isMissing) return [];
        if (damage.region !== undefined) {
          const regional = { ...listedOf(model), id: damage.region, place: damage.region };
          return [...entries, damagedBy(regional, damage)];
        }
        return entries.map((entry) => damagedBy(entry, damage));
      },
      [listedOf(model)],
    ),
  ),
});

describe('a poisoned list', () => {
  test('changes nothing beside two honest ones', () => {
    fc.assert(
      fc.property(fc.array(poison, { maxLength: 6 }), (damages) => {
        const sources = [honest('a'), poisoned('b', damages), honest('c')];
        expect(reconcileLists(sources, builtIn, NOW).listed).toEqual([]);
      }),
    );
  });

  test('never lowers a price without a person, even alone', () => {
    let applied = 0;
    fc.assert(
      fc.property(fc.array(poison, { minLength: 1, maxLength: 4 }), (damages) => {
        const { listed } = poisoned('b', damages);
        for (const proposal of proposeCards(listed, builtIn, FACTS)) {
          if (!isSafeUnattended(proposal)) continue;
          applied += 1;
          const before = costsOf(cardOf(proposal.model));
          for (const [position, cost] of costsOf(proposal.card).entries()) {
            expect(cost ?? 0n).toBeGreaterThanOrEqual(before[position] ?? 0n);
          }
        }
      }),
      { numRuns: 300 },
    );
    expect(applied).toBeGreaterThan(0);
  });
});
