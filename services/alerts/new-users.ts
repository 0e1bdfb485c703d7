import type { OrganizationCall } from '../../domain/access/caller.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import { dayOf, startOfBucket } from '../../domain/reporting/aggregates.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { TokenUsageStore } from '../../tables/token-usage/token-usage.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type NewUserDeps = {
  usage: Pick<TokenUsageStore, 'listByUser'>;
  budgets: Pick<BudgetStore, 'readBooks'>;
};

const CONCURRENT_READS = 8;
/** A record dated before today may have been written today to make the user look older. */
const RECORDS_LOOKED_AT = 10;

/** The users who have no budget and had no spend before today (UTC). */
export async function newUsersAmong(
  { usage, budgets }: NewUserDeps,
  { organizationId, nowMs }: OrganizationCall,
  users: readonly string[],
): Promise<Set<string>> {
  const todayMs = startOfBucket(dayOf(nowMs));
  const refs = users.map((scopeId) => ({ scope: 'user' as const, scopeId }));
  const books = await budgets.readBooks(organizationId, refs);
  const budgeted = new Set(books.flatMap(budgetsIn).map(({ scopeId }) => scopeId));
  const unknown = users.filter((userId) => !budgeted.has(userId));
  const histories = await mapConcurrently(unknown, CONCURRENT_READS, async (userId) => {
    const { records } = await usage.listByUser(organizationId, userId, {
      fromMs: 0,
      toMs: todayMs,
      limit: RECORDS_LOOKED_AT,
    });
    return records.some(({ postedAtMs }) => postedAtMs < todayMs);
  });
  return new Set(unknown.filter((_, position) => !histories[position]));
}
