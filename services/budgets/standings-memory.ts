import {
  type Balance,
  balanceNameOf,
  type BalanceRef,
  type Budget,
  type BudgetBook,
  budgetsIn,
  isLent,
} from '../../domain/ledger/budget.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import { createMemory } from '../memory.ts';

const SCOPES_REMEMBERED = 10_000;
/** How long what all requests of a busy organization share is trusted without a read. */
export const TRUSTED_MS = 2_000;

/** The budgets of a scope as they were read, and those of their balances that were, by name. */
export type Reading = { book: BudgetBook; balances: Map<string, Balance>; readAtMs: number };

/** Remembers the budgets of scopes, so that one read can ask for their balances as well. */
export function createStandingsMemory(now: () => number) {
  const readings = createMemory<Reading>({ most: SCOPES_REMEMBERED, now });
  return {
    /** What was read last, however long ago. */
    recall: (organizationId: string, ref: ScopeRef): Reading | undefined =>
      readings.get(nameOf(organizationId, ref)),

    /** Remembers budgets; balances may be added to the reading as they are read. */
    keep(organizationId: string, book: BudgetBook): Reading {
      const reading = { book, balances: new Map<string, Balance>(), readAtMs: now() };
      readings.set(nameOf(organizationId, book), reading);
      return reading;
    },

    /**
     * Whether a decision may rely on a reading instead of a new one: it is of a shared scope, under
     * two seconds old, all its budgets lend, and it has the balances needed.
     */
    isTrusted({ book, balances, readAtMs }: Reading, needed: (budget: Budget) => BalanceRef[]) {
      const budgets = budgetsIn(book);
      return (
        book.scope !== 'user' &&
        Math.abs(now() - readAtMs) < TRUSTED_MS &&
        budgets.every(isLent) &&
        budgets.flatMap(needed).every((ref) => balances.has(balanceNameOf(ref)))
      );
    },
  };
}

const nameOf = (organizationId: string, { scope, scopeId }: ScopeRef): string =>
  `${organizationId}#${scope}#${scopeId}`;
