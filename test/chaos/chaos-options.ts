import type { BudgetMode } from '../../domain/ledger/budget.ts';

/** What one run of chaos is made of; numbers of seconds are those of the real clock. */
export type ChaosOptions = {
  seed: number;
  mode: BudgetMode;
  /** Callers at once, over all processes. */
  clients: number;
  processes: number;
  seconds: number;
  holdMs: number;
  clientKillSeconds: number;
  storeKillSeconds: number;
  /** Checks, then writes without a condition, instead of the ledger's transactions. */
  isNaive: boolean;
};

/** What a process of clients is started with. */
export type ClientSettings = Pick<ChaosOptions, 'seed' | 'holdMs' | 'isNaive' | 'clients'> & {
  endpoint: string;
  tablePrefix: string;
  journalFile: string;
};

export const ORGANIZATION = 'acme';
export const USERS = ['ada', 'bob', 'cyd', 'dan', 'eve', 'fay'] as const;
export const DEPARTMENTS = ['research', 'sales'] as const;
export const MODELS = [
  'anthropic.claude-haiku-4-5-20251001-v1:0',
  'anthropic.claude-sonnet-4-5-20250929-v1:0',
] as const;
/** About what one request reserves. */
export const UNIT_NANO_USD = 5_000_000n;
