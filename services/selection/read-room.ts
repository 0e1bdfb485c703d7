import type { OrganizationCall } from '../../domain/access/caller.ts';
import { countLimitsOf, limitOf } from '../../domain/ledger/adjustments.ts';
import {
  balanceNameOf,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  budgetsIn,
  type BudgetStanding,
  lanesOf,
  sharesOf,
  untouchedBalance,
} from '../../domain/ledger/budget.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import { budgetFrom, defaultChanges } from '../../domain/members/applied-budgets.ts';
import type { DefaultsRule } from '../../domain/members/member-defaults.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { WalletStore } from '../../tables/ledger/wallets.ts';
import { wholeBalance } from '../budgets/make-room.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type RoomReader = {
  budgets: Pick<BudgetStore, 'readBooks' | 'readBalances'>;
  wallets: WalletStore;
};

const CONCURRENT_READS = 4;

/**
 * What the budgets of scopes have left now, idle money in wallets included. Writes nothing: a period
 * without a balance counts as untouched, and a default budget that no request has made real yet counts
 * as it would be made.
 */
export async function readRoom(
  { budgets, wallets }: RoomReader,
  { organizationId, nowMs }: OrganizationCall,
  scopes: readonly ScopeRef[],
  rules: readonly DefaultsRule[],
): Promise<BudgetStanding[]> {
  const books = await budgets.readBooks(organizationId, scopes.map(canonicalScope));
  const applying = books.flatMap((book) => budgetsIn(withDefaults(book, rules, nowMs)));
  const needs = applying.map((budget) => ({
    budget,
    lanes: lanesOf(balanceRefAt(budget, nowMs), budget.lanes),
  }));
  const refs = needs.flatMap(({ lanes }) => lanes);
  const balances = await budgets.readBalances(organizationId, refs);
  const stored = new Map(refs.map((ref, position) => [balanceNameOf(ref), balances[position]]));
  return mapConcurrently(needs, CONCURRENT_READS, async ({ budget, lanes }) => {
    const span = periodOf(budget, nowMs);
    const shares = sharesOf(limitOf(budget, span, nowMs), lanes.length);
    const counts = countLimitsOf(budget, span, nowMs);
    const homes = lanes.map((ref, lane) => ({
      ref,
      balance: stored.get(balanceNameOf(ref)) ?? untouchedBalance(shares[lane] ?? 0n, counts),
    }));
    const [home] = homes;
    if (!home) throw new Error('a budget has no lane');
    const balance = await wholeBalance({ wallets }, organizationId, homes);
    return { budget, span, balance, home, lanes: homes, isFresh: true };
  });
}

const predecessor = (before: Budget | undefined) => ({
  before,
  formerCalendar: undefined,
  openKeys: new Set<string>(),
});

/** A member's book with the default budgets that a request would make real. */
function withDefaults(book: BudgetBook, rules: readonly DefaultsRule[], nowMs: number): BudgetBook {
  const { scope, scopeId } = book;
  const ofKind = rules.filter(({ member }) => member === scope);
  const changes = defaultChanges(book, ofKind).map(
    ({ period, to }): [string, Budget | undefined] => [
      period,
      to && budgetFrom(to, { scope, scopeId, period }, predecessor(book[period]), nowMs),
    ],
  );
  return { ...book, ...Object.fromEntries(changes) };
}
