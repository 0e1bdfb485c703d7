import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { explainAnomaly, type Slice } from '../../../domain/anomalies/explain-anomaly.ts';

const slice = (
  value: string,
  costNanoUsd: bigint,
  requests: bigint,
  tokens: bigint,
  dimension: Slice['dimension'] = 'model',
): Slice => ({ dimension, value, costNanoUsd, requests, tokens, tokenWeight: tokens });

const small = slice('small', 1_000n, 100n, 10_000n);
const large = slice('large', 10_000n, 100n, 10_000n);

describe('why a stretch cost more', () => {
  it('is the number of requests', () => {
    const after = [slice('small', 2_000n, 200n, 20_000n), slice('large', 20_000n, 200n, 20_000n)];
    expect(explainAnomaly([small, large], after)).toMatchObject({
      differenceNanoUsd: 11_000n,
      effects: { volume: 11_000n, mix: 0n, size: 0n, tokenMix: 0n, price: 0n },
      cause: 'volume',
    });
  });

  it('is the dearer model', () => {
    const after = [slice('large', 20_000n, 200n, 20_000n)];
    expect(explainAnomaly([small, large], after)).toMatchObject({
      effects: { volume: 0n, mix: 9_000n, size: 0n, tokenMix: 0n, price: 0n },
      cause: 'mix',
      movers: [{ dimension: 'model', value: 'large' }],
    });
  });

  it('is longer requests', () => {
    const after = [small, slice('large', 30_000n, 100n, 30_000n)];
    expect(explainAnomaly([small, large], after)).toMatchObject({
      effects: { volume: 0n, mix: 0n, size: 20_000n, tokenMix: 0n, price: 0n },
      cause: 'size',
    });
  });

  it('is another price', () => {
    const after = [small, slice('large', 20_000n, 100n, 10_000n)];
    expect(explainAnomaly([small, large], after)).toMatchObject({
      effects: { volume: 0n, mix: 0n, size: 0n, tokenMix: 0n, price: 10_000n },
      cause: 'price',
    });
  });

  it('is dearer tokens, as many as before', () => {
    const after = { ...large, costNanoUsd: 25_000n, tokenWeight: 20_000n };
    expect(explainAnomaly([small, large], [small, after])).toMatchObject({
      effects: { volume: 0n, mix: 0n, size: 0n, tokenMix: 10_000n, price: 5_000n },
      cause: 'tokenMix',
    });
  });

  it('is a model never used before, and longer requests to it apart', () => {
    const moved = explainAnomaly([small], [slice('new', 50_000n, 100n, 10_000n)]);
    expect(moved.effects).toEqual({ volume: 0n, mix: 49_000n, size: 0n, tokenMix: 0n, price: 0n });
    const longer = explainAnomaly([small], [slice('new', 50_000n, 100n, 100_000n)]);
    expect(longer.effects).toEqual({
      volume: 0n,
      mix: 4_000n,
      size: 45_000n,
      tokenMix: 0n,
      price: 0n,
    });
  });

  it('is volume alone where there was nothing before', () => {
    expect(explainAnomaly([], [large]).effects).toEqual({
      volume: 10_000n,
      mix: 0n,
      size: 0n,
      tokenMix: 0n,
      price: 0n,
    });
  });

  const user = (value: string, cost: bigint) => slice(value, cost, 1n, 1n, 'user');
  const namesOf = (before: Slice[], after: Slice[]) =>
    explainAnomaly(before, after).movers.map(({ dimension, value }) => `${dimension} ${value}`);

  it('names who moved, and no dimension whose only value holds the whole difference', () => {
    const before = [small, user('ada', 600n), user('bob', 400n), user('cleo', 0n)];
    const after = [
      slice('small', 6_500n, 500n, 50_000n),
      user('ada', 500n),
      user('bob', 4_500n),
      user('cleo', 1_500n),
    ];
    expect(explainAnomaly(before, after).movers).toEqual([
      { dimension: 'user', value: 'bob', beforeNanoUsd: 400n, afterNanoUsd: 4_500n },
      { dimension: 'user', value: 'cleo', beforeNanoUsd: 0n, afterNanoUsd: 1_500n },
    ]);
  });

  it('is nobody if everybody moved alike, even where one has nearly everything', () => {
    const before = [slice('a', 9_900n, 1n, 1n), slice('b', 100n, 1n, 1n)];
    const after = [slice('a', 19_800n, 1n, 1n), slice('b', 200n, 1n, 1n)];
    expect(namesOf(before, after)).toEqual([]);
  });

  it('ranks by what is explained across dimensions, not by what is large', () => {
    const system = (value: string, cost: bigint) => slice(value, cost, 1n, 1n, 'system');
    const before = [
      system('chat', 9_000n),
      system('batch', 1_000n),
      user('ada', 9_500n),
      user('bob', 500n),
    ];
    const after = [
      system('chat', 14_000n),
      system('batch', 1_000n),
      user('ada', 9_500n),
      user('bob', 5_500n),
    ];
    expect(namesOf(before, after)).toEqual(['user bob', 'system chat']);
  });

  it('tells of less as of more', () => {
    const { cause, movers } = explainAnomaly([small, large], [small]);
    expect(cause).toBe('volume');
    expect(movers.map(({ value }) => value)).toEqual(['large']);
  });

  it('adds up to the nano-dollar', () => {
    const amounts = fc.bigInt({ min: 0n, max: 10n ** 15n });
    const slices = fc.array(
      fc.record({
        dimension: fc.constant('model' as const),
        value: fc.constantFrom('a', 'b', 'c', 'd'),
        costNanoUsd: amounts,
        requests: fc.bigInt({ min: 0n, max: 10_000n }),
        tokens: fc.bigInt({ min: 0n, max: 10n ** 9n }),
        tokenWeight: fc.bigInt({ min: 0n, max: 10n ** 15n }),
      }),
      { maxLength: 6 },
    );
    const costOf = (parts: readonly Slice[]): bigint =>
      parts.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0n);
    fc.assert(
      fc.property(slices, slices, (before, after) => {
        const { effects, differenceNanoUsd } = explainAnomaly(before, after);
        const { volume, mix, size, tokenMix, price } = effects;
        expect(volume + mix + size + tokenMix + price).toBe(costOf(after) - costOf(before));
        expect(differenceNanoUsd).toBe(costOf(after) - costOf(before));
      }),
      { numRuns: 300, seed: 2 },
    );
  });
});
