import { isDeepStrictEqual } from 'node:util';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { BudgetBook } from '../../domain/ledger/budget.ts';
import { budgetFrom, defaultChanges } from '../../domain/members/applied-budgets.ts';
import type { DefaultsRule } from '../../domain/members/member-defaults.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { callMoneyBack } from '../budgets/call-money-back.ts';
import type { RoomDeps } from '../budgets/make-room.ts';
import { replacement } from '../budgets/replace-budget.ts';

export type ApplyingDeps = RoomDeps & { books: BudgetStore };

/**
 * Makes the default budgets of members real: the books of the user and the session of a request get
 * what the rules in force say. If somebody else changes a book meanwhile, their write counts, and the
 * book is looked at again.
 * @returns whether a book was outdated, so that budgets must be read again
 */
export async function applyDefaults(
  deps: ApplyingDeps,
  call: OrganizationCall,
  books: readonly BudgetBook[],
  rules: readonly DefaultsRule[],
): Promise<boolean> {
  const changing = { ...deps, budgets: deps.books };
  let isOutdated = false;
  for (const { scope, scopeId, ...book } of books) {
    const ofKind = rules.filter(({ member }) => member === scope);
    for (const { period, to } of defaultChanges({ ...book, scope, scopeId }, ofKind)) {
      isOutdated = true;
      const target = { scope, scopeId, period };
      const { before, after, lanes, writes } = await replacement(changing, call, target, {
        next: (predecessor) => to && budgetFrom(to, target, predecessor, call.nowMs),
      });
      // What a person or a newer rule has set since the book was read stays.
      const isChanged = !isDeepStrictEqual(before?.source, book[period]?.source);
      if (isChanged || Boolean(before) !== Boolean(book[period])) continue;
      if (!(await deps.books.write(writes)) || !before || !after) continue;
      await callMoneyBack(changing, call, { ...after, lanes });
    }
  }
  return isOutdated;
}
