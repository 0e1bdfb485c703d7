import {
  type Balance,
  balanceNameOf,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  type SessionOwner,
} from '../../domain/ledger/budget.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import { isRunOver, withNewRun } from '../../domain/ledger/session-run.ts';
import { type BudgetStore, bookWrites } from '../../tables/ledger/budgets.ts';

type Deps = { budgets: Pick<BudgetStore, 'write'> };

/** A budget of a book with the balances that were read of it, by name. */
type Need = { book: BudgetBook; budget: Budget; balances: ReadonlyMap<string, Balance> };

/**
 * Begins a new run of a session that was idle for too long, and gives a session that has no owner to
 * the principals of the request. If somebody else is faster, their write counts.
 * @returns whether the session must be read again
 */
export async function keepSessions(
  { budgets }: Deps,
  organizationId: string,
  needs: readonly Need[],
  { owner, atMs }: { owner: SessionOwner; atMs: number },
): Promise<boolean> {
  const changed = needs.flatMap((need) => changedBook(need, owner, atMs) ?? []);
  for (const book of changed) await budgets.write(bookWrites(organizationId, book, []));
  return changed.length > 0;
}

function changedBook(
  { book, budget, balances }: Need,
  owner: SessionOwner,
  atMs: number,
): BudgetBook | undefined {
  if (budget.scope !== 'session') return undefined;
  const balance = balances.get(balanceNameOf(balanceRefAt(budget, atMs)));
  if (balance && isRunOver(budget, periodOf(budget, atMs), balance, atMs)) {
    return { ...withNewRun(book, budget, atMs), owner: book.owner ?? owner };
  }
  return book.owner ? undefined : { ...book, owner, version: book.version + 1 };
}
