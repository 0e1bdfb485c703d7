import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import { changePoints } from '../../../lab/regressions/change-points.ts';
import { energySplit } from '../../../lab/regressions/energy-split.ts';
import { logNormalVariate, seededRandom } from '../../../lab/traces/seeded-random.ts';

const published = z
  .object({ runs: z.array(z.number()) })
  .parse(JSON.parse(readFileSync(new URL('tigerbeetle-runs.json', import.meta.url), 'utf8')));

const drawn = (count: number, level: (run: number) => number, seed = 7): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, (_, run) => level(run) * logNormalVariate(0.03, random));
};

describe('change points of a history', () => {
  test('are those that Apache Otava finds in the history of TigerBeetle', () => {
    const points = changePoints(published.runs, seededRandom(1), {
      mostPValue: 0.01,
      leastChange: 0,
    });
    const otava = [15, 61, 71, 95, 117, 131, 142, 148, 192, 212, 260];
    expect(points?.map(({ at }) => at)).toEqual(otava);
  });

  test('are left out where they are small, with those that a single run causes', () => {
    const runs = published.runs.slice(0, 90);
    expect(changePoints(runs, seededRandom(1))).toMatchObject([
      { at: 15, before: 26_745, change: expect.closeTo(-0.11, 2) },
      { at: 71, after: 28_398, change: expect.closeTo(0.2, 2) },
    ]);
  });

  test('are as likely as stated where nothing changed', () => {
    const limits = { mostPValue: 0.05, leastChange: 0 };
    const histories = Array.from({ length: 200 }, (_, seed) => drawn(30, () => 100, seed));
    const wrong = histories.filter(
      (runs, seed) => (changePoints(runs, seededRandom(seed + 10_000), limits) ?? []).length > 0,
    );
    expect(wrong.length).toBeGreaterThan(0);
    expect(wrong.length).toBeLessThanOrEqual(18);
  });

  test('are told with both levels, up and down', () => {
    const runs = drawn(40, (run) => (run < 12 ? 100 : run < 27 ? 130 : 104));
    const [up, down, ...more] = changePoints(runs, seededRandom(1)) ?? [];
    expect(more).toEqual([]);
    expect(up).toMatchObject({ at: 12, pValue: 0.002, change: expect.closeTo(0.3, 1) });
    expect(down).toMatchObject({ at: 27, change: expect.closeTo(-0.2, 1) });
  });

  test('cannot be told from fewer than ten runs', () => {
    expect(changePoints(Array<number>(9).fill(1), seededRandom(1))).toBeUndefined();
    expect(changePoints(Array<number>(10).fill(1), seededRandom(1))).toEqual([]);
    expect(energySplit([1, 2, 3, 4, 5])).toBeUndefined();
  });
});
