import { describe, expect, test } from 'vitest';
import type { ListedPrice } from '../../../../domain/pricing/lists/listed-price.ts';
import { proposeCards } from '../../../../domain/pricing/lists/propose-cards.ts';
import type { RateCard } from '../../../../domain/pricing/rate-card.ts';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const FACTS = { effectiveFromMs: NOW, source: 'a list', sourceDate: '2026-11-21' };
const MODEL = 'maker.model';

/** USD per million. */
const usd = (amount: number): bigint => BigInt(Math.round(amount * 1e9));
const entry = (input: number, output: number, more: Partial<ListedPrice> = {}): ListedPrice => ({
  id: `${more.place === undefined ? '' : `${more.place}.`}${MODEL}`,
  model: MODEL,
  isText: true,
  oddities: [],
  input: usd(input),
  output: usd(output),
  ...more,
});
const card = (more: Partial<RateCard> = {}): RateCard => ({
  model: MODEL,
  effectiveFromMs: 0,
  source: 'before',
  sourceDate: '2026-01-01',
  inputNanoUsdPerMillion: usd(1),
  outputNanoUsdPerMillion: usd(5),
  ...more,
});

function propose(listed: ListedPrice[], ...cards: RateCard[][]) {
  const [proposal] = proposeCards(listed, () => cards, FACTS);
  if (!proposal) throw new Error('nothing was proposed');
  return { ...proposal, rules: [...new Set(proposal.suspicions.map(({ rule }) => rule))] };
}

describe('proposeCards', () => {
  test('leaves alone what the list states as it is', () => {
    expect(propose([entry(1, 5)], [], [card()])).toMatchObject({
      kind: 'same',
      changes: [],
      rules: [],
    });
  });

  test('takes what the list states, and keeps what it is silent about', () => {
    const current = card({
      cacheReadNanoUsdPerMillion: usd(0.1),
      batchPercent: 50,
      geographic: {
        eu: { inputNanoUsdPerMillion: usd(1.1), outputNanoUsdPerMillion: usd(5.5) },
        'in-region': { inputNanoUsdPerMillion: usd(1.2), outputNanoUsdPerMillion: usd(6) },
      },
    });
    const proposal = propose([entry(2, 8), entry(2.2, 8.8, { place: 'eu' })], [current]);
    expect(proposal).toMatchObject({ kind: 'changed', rules: [] });
    expect(proposal.card).toMatchObject({
      effectiveFromMs: NOW,
      source: 'a list',
      inputNanoUsdPerMillion: usd(2),
      cacheReadNanoUsdPerMillion: usd(0.1),
      batchPercent: 50,
      geographic: {
        eu: { inputNanoUsdPerMillion: usd(2.2), outputNanoUsdPerMillion: usd(8.8) },
        'in-region': { inputNanoUsdPerMillion: usd(2.4), outputNanoUsdPerMillion: usd(9.6) },
      },
    });
    expect(proposal.changes).toContainEqual({
      place: 'base',
      field: 'input',
      before: usd(1),
      after: usd(2),
    });
  });

  test("compares with the organization's card before the built-in one", () => {
    const own = card({ inputNanoUsdPerMillion: usd(0.9) });
    expect(propose([entry(0.9, 5)], [own], [card()]).kind).toBe('same');
    expect(propose([entry(1, 5)], [own], [card()]).kind).toBe('changed');
    const later = card({ inputNanoUsdPerMillion: usd(0.9), effectiveFromMs: NOW + 1 });
    expect(propose([entry(1, 5)], [later], [card()]).kind).toBe('same');
  });

  test('leaves the base of a known card alone where single places are listed only', () => {
    const { card: proposed } = propose([entry(1.1, 5.5, { place: 'in-region' })], [card()]);
    expect(proposed.inputNanoUsdPerMillion).toBe(usd(1));
    expect(proposed.geographic?.['in-region']?.inputNanoUsdPerMillion).toBe(usd(1.1));
    const unknown = propose([entry(1, 5, { place: 'us' }), entry(1.2, 6, { place: 'eu' })]);
    expect(unknown).toMatchObject({ kind: 'new' });
    expect(unknown.card.inputNanoUsdPerMillion).toBe(usd(1.2));
  });

  test('reads the prices of tiers as percents, the dearer of input and output', () => {
    const batch = { input: usd(0.5), output: usd(2.6) };
    expect(propose([entry(1, 5, { batch })]).card.batchPercent).toBe(52);
  });
});

describe('suspicions', () => {
  test.each<[string, ListedPrice[], string[]]>([
    ['no price at all', [entry(0, 0)], ['zero']],
    ['a free output', [entry(1, 0)], ['zero']],
    ['a cache read dearer than input', [entry(1, 5, { cacheRead: usd(1.01) })], ['cache read']],
    ['a cache write cheaper than input', [entry(1, 5, { cacheWrite: usd(0.5) })], ['cache write']],
    [
      'an hour cheaper than five minutes',
      [entry(1, 5, { cacheWrite: usd(1.25), cacheWriteOneHour: usd(1.2) })],
      ['cache write'],
    ],
    ['an output cheaper than input', [entry(1, 0.99)], ['output']],
    [
      'a long request cheaper than a short one',
      [entry(1, 5, { longContext: { aboveInputTokens: 200_000, input: usd(0.5) } })],
      ['long request'],
    ],
    ['batch dearer than standard', [entry(1, 5, { batch: { input: usd(2) } })], ['tier']],
    ['priority cheaper than standard', [entry(1, 5, { priority: { input: usd(0.5) } })], ['tier']],
    ['a price per thousand', [entry(2_000, 10_000)], ['unit']],
    ['a place at 0.31', [entry(1, 5), entry(0.31, 1.55, { place: 'eu' })], ['factor']],
    ['a place at 2', [entry(1, 5), entry(2, 10, { place: 'eu' })], ['factor']],
    ['a region at 1.8', [entry(1, 5), entry(1.8, 9, { place: 'eu-west-2' })], ['factor']],
    ['an output alone dearer', [entry(1, 5), entry(1, 8, { place: 'us-gov' })], ['uneven']],
    [
      'a premium that one profile lacks',
      [entry(1, 5), entry(1.1, 5.5, { place: 'us' }), entry(1, 5, { place: 'eu' })],
      ['premium'],
    ],
    ['two prices of one model', [entry(1, 5), entry(1, 6)], ['conflict']],
    ['a rounded price', [entry(1, 5, { oddities: ['rounded up: input'] })], ['precision']],
    ['a price by the hour', [entry(1, 5, { oddities: ['priced by the hour'] })], ['odd']],
  ])('are raised by %s, and nothing else', (_, listed, rules) => {
    expect(propose(listed).rules).toEqual(rules);
  });

  test('name the factors of input and output', () => {
    const id = `eu.${MODEL}`;
    expect(propose([entry(1, 5), entry(2, 13.12, { place: 'eu' })]).suspicions).toEqual([
      { rule: 'factor', id, detail: '×2.00' },
      { rule: 'uneven', id, detail: 'input ×2.00, output ×2.62' },
    ]);
  });

  test.each<[string, ListedPrice[]]>([
    ['plain prices', [entry(1, 5), entry(1.1, 5.5, { place: 'us' })]],
    ['equal prices of input and output', [entry(0.72, 0.72)]],
    ['premiums that are published', [entry(0.8, 3.2), entry(1.05, 4.2, { place: 'eu' })]],
    ['a region at 1.57', [entry(0.3, 1.2), entry(0.47, 1.86, { place: 'eu-west-2' })]],
    ['embeddings', [entry(0.1, 0, { isText: false })]],
  ])('are not raised by %s', (_, listed) => {
    expect(propose(listed).rules).toEqual([]);
  });

  test('are raised by a jump to more than three times, or less than a third', () => {
    expect(propose([entry(3, 15)], [card()]).rules).toEqual([]);
    expect(propose([entry(3.1, 15)], [card()]).rules).toEqual(['jump']);
    expect(propose([entry(0.3, 5)], [card()]).rules).toEqual(['jump']);
  });
});
