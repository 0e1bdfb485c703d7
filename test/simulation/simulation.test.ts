import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { runSeed, type SeedResult } from './run-seed.ts';

const STARTS = [1, 16, 31, 46];
const SEEDS_EACH = 15;

/** The report of a seed that broke a law. */
const story = ({ seed, violation, trail }: SeedResult): string =>
  `seed ${seed}: ${violation}\n${trail.join('\n')}\nnpm run simulate -- --seeds 1 --seed ${seed}`;

const happened: Record<string, number> = {};

describe('the ledger under faults', () => {
  it.each(STARTS)(`breaks no law in ${SEEDS_EACH} seeds from %d on`, async (start) => {
    for (let seed = start; seed < start + SEEDS_EACH; seed += 1) {
      const result = await runSeed(seed);
      expect(result.violation, story(result)).toBeUndefined();
      for (const [name, count] of Object.entries(result.counts)) {
        happened[name] = (happened[name] ?? 0) + count;
      }
    }
  });

  it('lets everything happen that can', () => {
    expect(Object.keys(happened)).not.toEqual([]);
    for (const [name, count] of Object.entries(happened)) {
      expect(count, name).toBeGreaterThan(0);
    }
  });

  it('replays a seed to the last event', async () => {
    const first = await runSeed(7);
    const again = await runSeed(7);
    expect(again).toEqual(first);
    expect(first.events).toBeGreaterThan(500);
    expect((await runSeed(8)).hash).not.toBe(first.hash);
  });

  it('replays a seed in another process too, and by the command that is printed', async () => {
    const run = (...args: string[]) =>
      spawnSync(process.execPath, ['test/simulation/simulate.ts', ...args], { encoding: 'utf8' });
    const sound = run('--seeds', '1', '--seed', '7');
    expect(sound.stdout).toContain(`events           ${(await runSeed(7)).events}`);
    expect(sound.status).toBe(0);
    expect(run('--seeds', 'many').status).toBe(2);
  });
});
