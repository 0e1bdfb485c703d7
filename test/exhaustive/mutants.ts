import { MUTANTS as BY_CHANCE } from '../simulation/mutants.ts';
import { HOLD_BELOW_FENCE } from '../simulation/wallet-mutants.ts';
import type { Mutant } from '../simulation/mutant.ts';

/** Faults that some order of steps reveals, including ones that random runs hit too rarely. */
export const MUTANTS: readonly Mutant[] = [...BY_CHANCE, HOLD_BELOW_FENCE];
