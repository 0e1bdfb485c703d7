import { expect, test } from 'vitest';
import { boundShift, moveBound } from '../../../domain/prediction/upper-bound.ts';

const nothing = () => ({ requests: 0, boundOctaves: 0, sizes: [] });

test('a size of input that misses more than others has a bound of its own', () => {
  const feedback = nothing();
  for (let request = 0; request < 2_000; request += 1) {
    const isLarge = request % 2 === 0;
    moveBound(feedback, isLarge ? 10_000 : 100, isLarge && request % 20 === 0);
    feedback.requests += 1;
  }
  const large = boundShift(feedback, 10_000, 0);
  const small = boundShift(feedback, 100, 0);
  expect(large).toBeGreaterThan(small + 0.1);
  expect(boundShift(feedback, 1, 0)).toBe(
    (feedback.requests / (feedback.requests + 200)) * feedback.boundOctaves,
  );
});

test('a new route begins where all routes together are', () => {
  expect(boundShift(undefined, 100, 0.3)).toBe(0.3);
  expect(boundShift(nothing(), 100, 0.3)).toBe(0.3);
  expect(boundShift(undefined, 100, 7)).toBe(2);
});
