import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import { dueAhead } from '../../domain/ledger/prewarm.ts';
import type { Wallet } from '../../domain/ledger/wallet.ts';
import type { StandingsReader } from './budget-standings.ts';

/**
 * The budgets of a future period that a wallet should borrow from along with its next hold. Opens
 * their balances on the way.
 */
export async function standingsAhead(
  { standings }: { standings: StandingsReader },
  { organizationId, nowMs }: OrganizationCall,
  applying: BudgetStanding[],
  wallet: Wallet,
): Promise<BudgetStanding[]> {
  const due = dueAhead(applying, wallet, nowMs);
  const read = await Promise.all(
    due.map(async ({ budget, span }) => {
      const ref = { scope: budget.scope, scopeId: budget.scopeId };
      const holder = { userId: wallet.ref.userId, entryId: '', wallet: wallet.ref };
      const next = await standings.read(organizationId, [ref], span.endsAtMs, { holder, nowMs });
      return next.of([ref]).filter(({ budget: { period } }) => period === budget.period);
    }),
  );
  return read.flat();
}
