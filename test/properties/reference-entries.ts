import type { EntryState } from '../../domain/ledger/entry.ts';
import { countedOf, PRICED } from './reference-cost.ts';
import type { Sum } from './reference-sums.ts';

/** A reservation or a charge; `settledAs` identifies its settlement. */
export type Held = {
  state: EntryState;
  amount: bigint;
  charged: bigint;
  /** The charged part that balances do not count; negative if they count more. */
  disputed: bigint;
  balances: Sum[];
  expiresAtMs: number;
  isReleasing: boolean;
  settledAs?: string;
  /** The most tokens that it may use, and how many it did use. */
  tokens: number;
  usedTokens: number;
  corrections: Map<string, bigint>;
};

/** A new reservation, which is reserved in its balances. */
export function newHeld(
  balances: Sum[],
  facts: Pick<Held, 'amount' | 'tokens' | 'expiresAtMs' | 'isReleasing'>,
): Held {
  for (const sum of balances) sum.reserved += facts.amount;
  const held: Held = {
    ...facts,
    state: 'reserved',
    usedTokens: 0,
    charged: 0n,
    disputed: 0n,
    balances,
    corrections: new Map<string, bigint>(),
  };
  addCounts(held, 1);
  return held;
}

/** Ends a reservation, or changes its cost or a charge's cost. */
export function become(entry: Held, state: EntryState, charged: bigint, disputed = 0n): EntryState {
  for (const sum of entry.balances) {
    if (entry.state === 'reserved') sum.reserved -= entry.amount;
    sum.settled += charged - disputed - (entry.charged - entry.disputed);
  }
  addCounts(entry, -1);
  Object.assign(entry, { state, charged, disputed });
  addCounts(entry, 1);
  return state;
}

/** @param serving the balances of another model's budgets, if that one served the request */
export function settleHeld(
  entry: Held,
  cost: bigint,
  nowMs: number,
  serving?: () => Sum[],
): EntryState | 'conflict' {
  const statement = `${cost} by ${serving ? 'another' : 'the reserved'} model`;
  if (entry.state === 'settled') return entry.settledAs === statement ? 'settled' : 'conflict';
  if (entry.state === 'voided') return 'conflict';
  entry.settledAs = statement;
  entry.usedTokens = 1;
  if (serving) moveTo(entry, serving());
  const counted = countedOf(entry, cost, nowMs, serving ? 3n * PRICED : PRICED);
  return become(entry, 'settled', cost, cost - counted);
}

export function voidHeld(entry: Held): EntryState | 'conflict' {
  if (entry.state === 'voided') return 'voided';
  return entry.state === 'reserved' ? become(entry, 'voided', 0n) : 'conflict';
}

export function expireHeld(entry: Held, nowMs: number): void {
  if (entry.state !== 'reserved' || entry.expiresAtMs > nowMs) return;
  become(entry, 'expired', entry.isReleasing ? 0n : entry.amount);
}

export function correctHeld(
  entry: Held,
  correctionId: string,
  cost: bigint,
): EntryState | 'conflict' {
  const earlier = entry.corrections.get(correctionId);
  if (entry.state !== 'settled' || (earlier ?? cost) !== cost) return 'conflict';
  if (earlier !== undefined) return 'settled';
  entry.corrections.set(correctionId, cost);
  return become(entry, 'settled', cost);
}

/** Moves everything that balances of one model's budgets have of an entry to those of another. */
function moveTo(held: Held, serving: Sum[]): void {
  const leaving = held.balances.filter(({ rule }) => rule.scope === 'model');
  const reserved = held.state === 'reserved' ? held.amount : 0n;
  const settled = held.charged - held.disputed;
  const add = (sum: Sum, sign: 1n | -1n): void => {
    sum.reserved += sign * reserved;
    sum.settled += sign * settled;
  };
  for (const sum of leaving) add(sum, -1n);
  for (const sum of serving) add(sum, 1n);
  addCounts(held, -1);
  held.balances = [...held.balances.filter((sum) => !leaving.includes(sum)), ...serving];
  addCounts(held, 1);
}

/** Adds what an entry counts in its present state to all its balances, or takes it out. */
function addCounts(held: Held, sign: 1 | -1): void {
  const { state, balances, tokens, usedTokens, isReleasing } = held;
  if (state === 'voided' || (state === 'expired' && isReleasing)) return;
  const column = state === 'reserved' ? 'reserved' : 'settled';
  for (const { counts } of balances) {
    if (!counts) continue;
    counts[column].requests += sign;
    counts[column].tokens += sign * (state === 'settled' ? usedTokens : tokens);
  }
}
