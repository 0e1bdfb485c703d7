import type { BudgetBook } from '../../domain/ledger/budget.ts';
import type { LimitChange } from '../../domain/ledger/limit-changes.ts';
import type { DynamoDb, TransactionWrite } from '../../tables/dynamodb.ts';
import { bookWrites } from '../../tables/ledger/budgets.ts';

/** Writes a change prepared by a store, without an audit entry; returns the previous value. */
export async function stored<Value>(
  db: DynamoDb,
  prepared: Promise<{ before: Value; write: TransactionWrite }>,
): Promise<Value> {
  const { before, write } = await prepared;
  const result = await db.transact([write]);
  if (!result.ok) throw new Error('somebody else has written meanwhile');
  return before;
}

/** Writes a book with its balances, without an audit entry; `false` if another write came first. */
export async function putBook(
  db: DynamoDb,
  organizationId: string,
  book: BudgetBook,
  balances: LimitChange[] = [],
): Promise<boolean> {
  return (await db.transact(bookWrites(organizationId, book, balances))).ok;
}
