import { describe, expect, it } from 'vitest';
import { type Mutant, MUTANTS } from './mutants.ts';
import { runSeed } from './run-seed.ts';

const MOST_SEEDS = 400;

describe('a protocol with one fault', () => {
  it.each(MUTANTS)('is found: $name', { timeout: 600_000 }, async (mutant) => {
    const all = Array.from({ length: MOST_SEEDS }, (_, index) => index + 1);
    for (const seed of [mutant.seed ?? 1, ...all]) {
      if ((await runSeed(seed, mutant)).violation !== undefined) return;
    }
    expect.unreachable(`${MOST_SEEDS} seeds did not find: ${mutant.name}`);
  });

  it('is found by what was truly spent alone, when expiry gives the money back', async () => {
    const mutant = MUTANTS.find(({ name }) => name === 'expiry gives the money of wallets back');
    const wasteful: Mutant = {
      name: 'wasteful',
      ...mutant,
      emphasis: { isLending: true, isTight: true, isForgotten: 0.6 },
    };
    for (let seed = 1; seed <= 120; seed += 1) {
      if ((await runSeed(seed, wasteful, 'true spend stays within the limit')).violation) return;
    }
    expect.unreachable('the oracle did not see it');
  });
});
