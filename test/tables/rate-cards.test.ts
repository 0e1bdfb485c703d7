import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RateCard } from '../../domain/pricing/rate-card.ts';
import { createRateCardStore, rateCardRead, type RateCardStore } from '../../tables/rate-cards.ts';
import { createReadPlan } from '../../tables/read-plan.ts';
import { type EmbeddedStore, startEmbeddedStore } from '../support/embedded-store.ts';

let embedded: EmbeddedStore;
let store: RateCardStore;
beforeAll(async () => {
  embedded = await startEmbeddedStore();
  store = createRateCardStore(embedded.db);
});
afterAll(() => embedded.close());

const MODEL = 'anthropic.claude-sonnet-4-6';

/** @returns whether the cards were unchanged since they were read */
const putCard = async (...args: Parameters<RateCardStore['putWrite']>): Promise<boolean> =>
  (await embedded.db.write(store.putWrite(...args))).ok;

const card = (effectiveFromMs: number, more: Partial<RateCard> = {}): RateCard => ({
  model: MODEL,
  effectiveFromMs,
  source: 'contract 17',
  sourceDate: '2026-11-01',
  inputNanoUsdPerMillion: 2_999_999_999n,
  outputNanoUsdPerMillion: 15_000_000_001n,
  ...more,
});

describe('rate cards', () => {
  test('come back to the nano-dollar, with every price that was given', async () => {
    const full = card(1_000, {
      cacheReadNanoUsdPerMillion: 300_000_001n,
      cacheWriteNanoUsdPerMillion: 3_750_000_000n,
      cacheWriteOneHourNanoUsdPerMillion: 6_000_000_000n,
      batchPercent: 50,
      longContext: {
        aboveInputTokens: 200_000,
        inputNanoUsdPerMillion: 6_000_000_000n,
        outputNanoUsdPerMillion: 22_500_000_000n,
      },
    });
    expect(await putCard('full', full, { cards: [], version: 0 })).toBe(true);
    const kept = await store.get('full', MODEL);
    expect(kept.version).toBe(1);
    expect(kept.cards).toEqual([
      {
        ...full,
        longContext: {
          ...full.longContext,
          cacheReadNanoUsdPerMillion: undefined,
          cacheWriteNanoUsdPerMillion: undefined,
          cacheWriteOneHourNanoUsdPerMillion: undefined,
        },
      },
    ]);
  });

  test('are kept by date; one of the same date is replaced', async () => {
    for (const [fromMs, source] of [
      [2_000, 'second'],
      [1_000, 'first'],
      [2_000, 'second, corrected'],
    ] as const) {
      const before = await store.get('dated', MODEL);
      expect(await putCard('dated', card(fromMs, { source }), before)).toBe(true);
    }
    const { cards, version } = await store.get('dated', MODEL);
    expect(cards.map(({ source }) => source)).toEqual(['first', 'second, corrected']);
    expect(version).toBe(3);
  });

  test('lose nothing when two people set a price at the same time', async () => {
    const before = await store.get('race', MODEL);
    const results = await Promise.all([
      putCard('race', card(1_000), before),
      putCard('race', card(2_000), before),
    ]);
    expect(results.filter((done) => done)).toHaveLength(1);
    expect((await store.get('race', MODEL)).cards).toHaveLength(1);
  });

  test('belong to one organization, and to every form of the model', async () => {
    await putCard('own', card(1_000), { cards: [], version: 0 });
    const names = [MODEL, `eu.${MODEL}-v1:0`, 'amazon.nova-pro-v1:0'];
    const own = await store.getMany('own', names);
    expect([...own.keys()]).toEqual([MODEL, `eu.${MODEL}-v1:0`]);
    expect((await store.getMany('other', names)).size).toBe(0);
    expect(await store.get('other', MODEL)).toEqual({ cards: [], version: 0 });
  });

  test('can be read in the batch of another store', async () => {
    await putCard('batch', card(1_000), { cards: [], version: 0 });
    const plan = createReadPlan();
    const cards = plan.add(rateCardRead('batch', `us.${MODEL}`));
    const missing = plan.add(rateCardRead('batch', 'nobody'));
    await plan.run(embedded.db);
    expect(cards.value).toEqual((await store.get('batch', MODEL)).cards);
    expect(missing.value).toEqual([]);
  });

  test('of more models than one batch takes are read all the same', async () => {
    const names = Array.from({ length: 230 }, (_, index) => `model-${index}`);
    await putCard('many', card(1_000, { model: 'model-229' }), { cards: [], version: 0 });
    expect([...(await store.getMany('many', names)).keys()]).toEqual(['model-229']);
  });

  test('keep tiers, places, images, requests and the model behind a name', async () => {
    const prices = { inputNanoUsdPerMillion: 3n, outputNanoUsdPerMillion: 0n };
    const full = card(1_000, {
      inputNanoUsdPerMillion: 0n,
      outputNanoUsdPerMillion: 0n,
      units: { images: 40_000_001n, queries: 2n, modelUnitHours: 3n },
      imageVariants: { 'premium 1024x1024': 4n },
      fastPercent: 600,
      inputIncludesCache: true,
      flexPercent: 50,
      priorityPercent: 175,
      sameAs: 'eu.maker.model',
      geographic: {
        eu: prices,
        'ap-south-1': {
          ...prices,
          cacheReadNanoUsdPerMillion: 1n,
          longContext: { aboveInputTokens: 9, ...prices, outputNanoUsdPerMillion: 7n },
        },
      },
    });
    await putCard('units', full, { cards: [], version: 0 });
    expect((await store.get('units', MODEL)).cards).toEqual([full]);
  });

  test.each([
    [{ input: 0n, output: 1n }],
    [{ input: 1n, output: -1n }],
    [{ input: 1.5, output: 1n }],
    [{ output: 1n, image: 1n }],
    [{ input: 0n, output: 0n, image: 0n }],
  ])('that are damaged price nothing (%#)', (stored) => {
    const item = { pk: 'a', sk: MODEL, cards: [{ from: 1n, ...stored }] };
    expect(() => rateCardRead('a', MODEL).parse(item)).toThrow('is damaged: cards');
  });
});
