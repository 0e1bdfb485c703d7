import type { OrganizationCall } from '../../domain/access/caller.ts';
import { limitOf } from '../../domain/ledger/adjustments.ts';
import {
  balanceRefIn,
  type Budget,
  type BudgetBook,
  lanesOf,
  lanesWanted,
  spansOfChange,
} from '../../domain/ledger/budget.ts';
import { type LimitChange, limitChanges } from '../../domain/ledger/limit-changes.ts';
import { inRuns } from '../../domain/ledger/session-run.ts';
import type { Period } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { type BudgetStore, bookWrites } from '../../tables/ledger/budgets.ts';
import { invalidField, type ServiceError } from '../errors.ts';

type Deps = { budgets: Pick<BudgetStore, 'readBooks' | 'readBalances'> };

/** A budget, identified by the canonical ID of its scope. */
export type Target = ScopeRef & { period: Period };

/** What a change finds. */
export type Predecessor = { before: Budget | undefined };

/** A budget before and after a change, and the writes that change it. */
export type Replacement<After> = {
  before: Budget | undefined;
  after: After;
  lanes: number;
  writes: TransactionWrite[];
};

/**
 * Replaces one budget of a book and adjusts the open balances that it reaches.
 * @param next decides what the budget becomes; `undefined` removes it
 * @throws ServiceError `invalid-request` naming `limit` if it would count what several lanes use
 */
export async function replacement<After extends Budget | undefined>(
  { budgets }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  { scope, scopeId, period }: Target,
  next: (predecessor: Predecessor) => After,
): Promise<Replacement<After>> {
  const [book] = await budgets.readBooks(organizationId, [{ scope, scopeId }]);
  const before = book?.[period];
  const after = inRuns(next({ before }), before, nowMs);
  const lanesBefore = book?.lanes?.[period] ?? 1;
  const lanes = after ? Math.max(lanesBefore, lanesWanted(after)) : lanesBefore;
  const changed: BudgetBook = {
    ...book,
    scope,
    scopeId,
    [period]: after,
    lanes: { ...book?.lanes, [period]: lanes },
    version: (book?.version ?? 0) + 1,
  };
  if (after?.countLimits && lanes > 1) throw isSplit(lanes);
  const changes: LimitChange[] = [];
  if (after) {
    for (const span of spansOfChange(after, nowMs)) {
      const refs = lanesOf(balanceRefIn(after, span), lanes);
      const balances = await budgets.readBalances(organizationId, refs);
      changes.push(...limitChanges(refs, balances, limitOf(after, span, nowMs), after.countLimits));
    }
  }
  return { before, after, lanes, writes: bookWrites(organizationId, changed, changes) };
}

const isSplit = (lanes: number): ServiceError =>
  invalidField(
    'limit',
    `cannot limit requests or tokens: this budget is split into ${lanes} lanes, and it stays split`,
  );
