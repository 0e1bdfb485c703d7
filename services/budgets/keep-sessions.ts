import {
  type Balance,
  balanceNameOf,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  type Home,
  type SessionOwner,
} from '../../domain/ledger/budget.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import { isRunOver, withNewRun } from '../../domain/ledger/session-run.ts';
import { type BudgetStore, bookWrites, idleCheck } from '../../tables/ledger/budgets.ts';

type Deps = { budgets: Pick<BudgetStore, 'write'> };

/** A budget of a book with the balances that were read of it, by name. */
type Need = { book: BudgetBook; budget: Budget; balances: ReadonlyMap<string, Balance> };

/**
 * Begins a new run of a session that was idle for too long, and gives a session that has no owner to
 * the principals of the request. If somebody else is faster, their write counts, and so does a use of
 * the run meanwhile: it is not idle then.
 * @returns whether the session must be read again
 */
export async function keepSessions(
  { budgets }: Deps,
  organizationId: string,
  needs: readonly Need[],
  { owner, atMs }: { owner: SessionOwner; atMs: number },
): Promise<boolean> {
  const changed = needs.flatMap((need) => changedBook(need, owner, atMs) ?? []);
  for (const { book, idle } of changed) {
    const checks = idle ? [idleCheck(organizationId, idle)] : [];
    await budgets.write([...bookWrites(organizationId, book, []), ...checks]);
  }
  return changed.length > 0;
}

/** What becomes of a session's book, and the balance that must be idle for it. */
function changedBook(
  { book, budget, balances }: Need,
  owner: SessionOwner,
  atMs: number,
): { book: BudgetBook; idle?: Home } | undefined {
  if (budget.scope !== 'session') return undefined;
  const ref = balanceRefAt(budget, atMs);
  const balance = balances.get(balanceNameOf(ref));
  if (balance && isRunOver(budget, periodOf(budget, atMs), balance, atMs)) {
    const next = { ...withNewRun(book, budget, atMs), owner: book.owner ?? owner };
    return { book: next, idle: { ref, balance } };
  }
  if (book.owner) return undefined;
  return { book: { ...book, owner, version: book.version + 1 } };
}
