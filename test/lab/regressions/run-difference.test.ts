import { describe, expect, test } from 'vitest';
import { blockLength } from '../../../lab/regressions/block-length.ts';
import { runDifferences } from '../../../lab/regressions/run-difference.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

/** Latencies with a memory: each moment is about as busy as the one before. */
function latencies(count: number, scaleMs: number, seed: number, memory = 0.6): number[] {
  const random = seededRandom(seed);
  let state = 0;
  return Array.from({ length: count }, () => {
    const shock = Math.log(logNormalVariate(1, random));
    state = memory * state + Math.sqrt(1 - memory ** 2) * shock;
    return scaleMs * Math.exp(0.4 * state);
  });
}

const SHARES = [0.5, 0.95];
const before = latencies(1_500, 100, 1);

describe('one run against another', () => {
  test.each([
    ['slower', 130, 'higher'],
    ['faster', 75, 'lower'],
  ])('is %s only beyond chance and beyond what counts', (_, scaleMs, verdict) => {
    const after = latencies(1_500, scaleMs, 2);
    const differences = runDifferences(before, after, SHARES, seededRandom(3));
    expect(differences?.map((each) => each.verdict)).toEqual([verdict, verdict]);
    for (const { low, high, change } of differences ?? []) {
      expect(low).toBeLessThan(change);
      expect(high).toBeGreaterThan(change);
    }
  });

  test('is the same where it is near enough, and unclear where nobody can say', () => {
    const long = latencies(6_000, 100, 4, 0.1);
    const same = runDifferences(long, latencies(6_000, 101, 5, 0.1), [0.5], seededRandom(3));
    expect(same?.[0]?.verdict).toBe('same');
    const few = runDifferences(
      before.slice(0, 250),
      latencies(250, 106, 6),
      [0.95],
      seededRandom(3),
    );
    expect(few?.[0]?.verdict).toBe('unclear');
  });

  test('is covered by its interval about as often as stated, and seldom called changed', () => {
    const pairs = Array.from({ length: 80 }, (_, seed) =>
      runDifferences(
        latencies(600, 100, 100 + seed),
        latencies(600, 100, 900 + seed),
        SHARES,
        seededRandom(seed),
      ),
    ).flatMap((differences) => differences ?? []);
    const covered = pairs.filter(({ low, high }) => low <= 0 && high >= 0).length / pairs.length;
    expect(covered).toBeGreaterThan(0.89);
    const told = pairs.filter(({ verdict }) => verdict === 'higher' || verdict === 'lower');
    expect(told.length / pairs.length).toBeLessThan(0.03);
  });

  test('cannot be told from fewer than 200 requests', () => {
    expect(runDifferences(before.slice(0, 199), before, SHARES, seededRandom(1))).toBeUndefined();
  });
});

test('blocks are as long as the memory asks for', () => {
  const lengths = [0, 0.5, 0.9].map((memory) => blockLength(latencies(2_000, 1, 11, memory)));
  expect(lengths[0]).toBeLessThanOrEqual(4);
  expect(lengths[1]).toBeGreaterThan(lengths[0] ?? 0);
  expect(lengths[2]).toBeGreaterThan(2 * (lengths[1] ?? 0));
  expect(blockLength(Array<number>(300).fill(2))).toBe(1);
});
