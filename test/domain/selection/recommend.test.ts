import { describe, expect, test } from 'vitest';
import type { Wishes } from '../../../domain/selection/eligibility.ts';
import { recommend } from '../../../domain/selection/recommend.ts';

const quote = (
  model: string,
  expectedCostNanoUsd: bigint,
  merits: { quality?: number; latencyMs?: number } = { quality: 0.8, latencyMs: 500 },
) => ({ model, expectedCostNanoUsd, ...merits });

const quotes = [
  quote('large', 90n),
  quote('middle', 50n),
  quote('small', 10n, { quality: 0.5, latencyMs: 500 }),
  quote('slow', 5n, { quality: 0.8, latencyMs: 501 }),
  quote('ungraded', 1n, {}),
];

function recommended(wishes: Wishes) {
  const answer = recommend(wishes, quotes);
  const reasons = answer?.leftOut.map(({ model, because }) => `${model}: ${because}`);
  return answer && [answer.recommended.model, ...(reasons ?? [])];
}

describe('a recommendation', () => {
  test('is the model asked for where nothing else is called good enough', () => {
    expect(recommended({ model: 'large' })).toEqual([
      'large',
      'middle: not-named',
      'small: not-named',
      'slow: not-named',
      'ungraded: not-named',
    ]);
  });

  test('is the cheapest of those named', () => {
    expect(recommended({ model: 'large', candidates: ['middle', 'small'] })).toEqual([
      'small',
      'slow: not-named',
      'ungraded: not-named',
      'large: dearer',
      'middle: dearer',
    ]);
  });

  test('is the cheapest of all that reach the quality asked for, named or not', () => {
    expect(recommended({ model: 'large', minQuality: 0.8, maxLatencyMs: 500 })).toEqual([
      'middle',
      'small: quality',
      'slow: latency',
      'ungraded: quality-unknown',
      'large: dearer',
    ]);
  });

  test('is the cheapest of all where the caller names none', () => {
    expect(recommended({})?.[0]).toBe('ungraded');
    expect(recommended({ maxLatencyMs: 500 })?.[0]).toBe('small');
  });

  test('is the model asked for where nothing suits, and then is not left out', () => {
    expect(recommended({ model: 'large', minQuality: 0.9 })).toEqual([
      'large',
      'middle: quality',
      'small: quality',
      'slow: quality',
      'ungraded: quality-unknown',
    ]);
    expect(recommended({ minQuality: 0.9 })).toBeUndefined();
  });

  test('is the first of two that cost the same', () => {
    const same = [quote('first', 5n), quote('second', 5n)];
    expect(recommend({}, same)).toMatchObject({
      recommended: { model: 'first' },
      leftOut: [{ model: 'second', because: 'dearer' }],
    });
  });
});
