import { MUTANTS as BY_CHANCE } from '../simulation/mutants.ts';
import { HOLD_BELOW_FENCE } from '../simulation/wallet-mutants.ts';
import type { Mutant } from '../simulation/mutant.ts';

/** Faults that some order of steps shows, also those that chance meets too rarely. */
export const MUTANTS: readonly Mutant[] = [...BY_CHANCE, HOLD_BELOW_FENCE];
