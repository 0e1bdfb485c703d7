import type { BudgetMode } from '../../domain/ledger/budget.ts';

/** Options of one chaos run; seconds are real time. */
export type ChaosOptions = {
  seed: number;
  mode: BudgetMode;
  /** Concurrent callers across all processes. */
  clients: number;
  processes: number;
  seconds: number;
  holdMs: number;
  clientKillSeconds: number;
  storeKillSeconds: number;
  /** Checks, then writes without a condition, instead of using the ledger's transactions. */
  isNaive: boolean;
  /** A named fault of the protocol. */
  mutant?: string | undefined;
};

/** Start parameters of a client process. */
export type ClientSettings = Pick<
  ChaosOptions,
  'seed' | 'holdMs' | 'isNaive' | 'clients' | 'mode' | 'mutant'
> & {
  endpoint: string;
  tablePrefix: string;
  journalFile: string;
};

export const ORGANIZATION = 'acme';
export const USERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'] as const;
export const DEPARTMENTS = ['research', 'sales'] as const;
/** A tag that the organization lists, and a value of it. */
export const TAG = 'project';
export const PROJECT = 'apollo';
/** A run of an agent. */
export const RUN = 'run-1';
export const MODELS = [
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
] as const;
/** Approximate amount of one reservation. */
export const UNIT_NANO_USD = 5_000_000n;
/** Approximate tokens of one reservation. */
export const UNIT_TOKENS = 1_350;
