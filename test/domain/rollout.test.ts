import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isReached } from '../../domain/rollout.ts';

const percent = fc.integer({ min: 0, max: 100 });

test('a larger share keeps everybody whom a smaller one reached', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), percent, percent, (rollout, unit, left, right) => {
      const [less, more] = [Math.min(left, right), Math.max(left, right)];
      if (isReached(rollout, unit, less)) expect(isReached(rollout, unit, more)).toBe(true);
    }),
  );
});

test('nobody is reached by 0 %, everybody by 100 %', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (rollout, unit) => {
      expect(isReached(rollout, unit, 0)).toBe(false);
      expect(isReached(rollout, unit, 100)).toBe(true);
    }),
  );
});

test('the share is of the units, and another roll-out reaches others first', () => {
  const users = Array.from({ length: 10_000 }, (_, at) => `user-${at}`);
  const reachedBy = (rollout: string) => users.filter((user) => isReached(rollout, user, 25));
  const [first, second] = [reachedBy('one'), new Set(reachedBy('other'))];
  expect(first.length / users.length).toBeCloseTo(0.25, 1);
  const both = first.filter((user) => second.has(user)).length / users.length;
  expect(both).toBeCloseTo(0.25 ** 2, 1);
});
