import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Invalidation,
  isInvalidated,
  withInvalidation,
} from '../../../domain/caching/invalidations.ts';

const LIFE_MS = 1_000;
const pattern = fc.constantFrom('*', 'a/*', 'b/*', 'a/x', '*/x');
const steps = fc.array(fc.record({ pattern, afterMs: fc.integer({ min: 0, max: 60 }) }), {
  maxLength: 80,
});

/** All invalidations, and what is kept of them. */
function listed(all: { pattern: string; afterMs: number }[]) {
  let atMs = 0;
  let kept: Invalidation[] = [];
  const every: Invalidation[] = [];
  for (const { pattern: text, afterMs } of all) {
    atMs += afterMs;
    every.push({ pattern: text, atMs });
    kept = withInvalidation(kept, { pattern: text, atMs }, LIFE_MS);
  }
  return { every, kept, nowMs: atMs };
}

describe('a list of invalidations', () => {
  it('never lets a name live that any of them concerned', () => {
    fc.assert(
      fc.property(
        steps,
        fc.constantFrom('a/x', 'b/x', 'c/y'),
        fc.nat(LIFE_MS - 1),
        (all, name, age) => {
          const { every, kept, nowMs } = listed(all);
          const storedAtMs = nowMs - age;
          if (isInvalidated(every, name, storedAtMs))
            expect(isInvalidated(kept, name, storedAtMs)).toBe(true);
        },
      ),
    );
  });

  it('stays short, and forgets more than asked for where it must', () => {
    const many = Array.from({ length: 100 }, (_, at) => ({ pattern: `s${at}/*`, atMs: at }));
    const kept = many.reduce<Invalidation[]>((list, each) => withInvalidation(list, each, 1e6), []);
    expect(kept).toHaveLength(40);
    expect(kept[0]).toEqual({ pattern: '*', atMs: 60 });
    expect(isInvalidated(kept, 'other/x', 60)).toBe(true);
    expect(isInvalidated(kept, 'other/x', 61)).toBe(false);
    expect(isInvalidated(kept, 's99/x', 99)).toBe(true);
  });

  it('concerns what was stored up to its instant, and nothing later', () => {
    const list = withInvalidation([], { pattern: 'a/*', atMs: 10 }, LIFE_MS);
    expect([9, 10, 11].map((atMs) => isInvalidated(list, 'a/x', atMs))).toEqual([
      true,
      true,
      false,
    ]);
  });
});
