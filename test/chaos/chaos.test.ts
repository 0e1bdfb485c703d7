import { describe, expect, it } from 'vitest';
import type { ChaosOptions } from './chaos-options.ts';
import { runChaos } from './run-chaos.ts';

const OPTIONS: ChaosOptions = {
  seed: 1,
  mode: 'exact',
  clients: 12,
  processes: 3,
  seconds: 6,
  holdMs: 6_000,
  clientKillSeconds: 2,
  storeKillSeconds: 3,
  isNaive: false,
};
const quiet = (): void => undefined;

describe('chaos on a real store', () => {
  it.each(['exact', 'escrow'] as const)(
    'breaks no law in mode %s',
    { timeout: 180_000 },
    async (mode) => {
      const result = await runChaos({ ...OPTIONS, mode }, quiet);
      expect(result.violations).toEqual([]);
      expect(result.counts.granted).toBeGreaterThan(0);
      expect(result.counts.settled).toBeGreaterThan(0);
      expect(result.clientKills).toBeGreaterThan(0);
      if (!process.env['PURSER_DYNAMODB_ENDPOINT']) expect(result.storeKills).toBeGreaterThan(0);
    },
  );

  it('finds clients overspending that check, then write', { timeout: 180_000 }, async () => {
    const laws = new Set<string>();
    // So many clients collide in the first second, before the limit is used up. Whether they do
    // also depends on the machine, so one run of three is enough.
    const rush = { ...OPTIONS, clients: 48, seconds: 2, holdMs: 1_000, isNaive: true };
    for (let seed = 1; seed <= 3 && !laws.has('spend'); seed += 1) {
      const { violations } = await runChaos({ ...rush, seed }, quiet);
      for (const { law } of violations) laws.add(law);
    }
    expect(laws).toContain('spend');
  });
});
