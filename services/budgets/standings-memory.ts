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
/** How long shared readings of a busy organization are trusted. */
export const TRUSTED_MS = 2_000;

/** The budgets of a scope as read, and any of their balances that were read, by name. */
export type Reading = { book: BudgetBook; balances: Map<string, Balance>; readAtMs: number };

/** Remembers the budgets of scopes, so that one read can request their balances as well. */
export function createStandingsMemory(now: () => number) {
  const readings = createMemory<Reading>({ most: SCOPES_REMEMBERED, now });
  return {
    /** The last reading, of any age. */
    recall: (organizationId: string, ref: ScopeRef): Reading | undefined =>
      readings.get(nameOf(organizationId, ref)),

    /** Forgets the budgets of a user, whose balance has changed. Others are shared anyway. */
    forgetMember(organizationId: string, ref: ScopeRef): void {
      if (ref.scope === 'user') readings.delete(nameOf(organizationId, ref));
    },

    /** Remembers budgets. Balances may be added to the reading later. */
    keep(organizationId: string, book: BudgetBook): Reading {
      const reading = { book, balances: new Map<string, Balance>(), readAtMs: now() };
      readings.set(nameOf(organizationId, book), reading);
      return reading;
    },

    /**
     * Whether a decision may use this reading instead of a new one: its scope is shared, it is
     * under two seconds old, all its budgets lend, and it has the needed balances.
     * @param isUserTrusted whether it may be the user's own, because their wallet is remembered too
     */
    isTrusted(
      { book, balances, readAtMs }: Reading,
      needed: (budget: Budget) => BalanceRef[],
      isUserTrusted = false,
    ) {
      const budgets = budgetsIn(book);
      return (
        (book.scope !== 'user' || isUserTrusted) &&
        book.scope !== 'session' &&
        Math.abs(now() - readAtMs) < TRUSTED_MS &&
        budgets.every(isLent) &&
        budgets.flatMap(needed).every((ref) => balances.has(balanceNameOf(ref)))
      );
    },
  };
}

const nameOf = (organizationId: string, { scope, scopeId }: ScopeRef): string =>
  `${organizationId}#${scope}#${scopeId}`;
