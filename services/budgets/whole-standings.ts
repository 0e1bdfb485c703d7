import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { createStandingsReader } from './budget-standings.ts';
import { type RoomDeps, wholeBalance } from './make-room.ts';

const CONCURRENT_READS = 4;

/** Reads budget standings for display, including what wallets hold, have spent and have idle. */
export function createWholeStandings(deps: RoomDeps & { budgets: BudgetStore }) {
  const standings = createStandingsReader(deps);
  return {
    /**
     * @param refs scopes, each once; the result keeps their order
     * @param accepts filters their budgets
     */
    async read(
      organizationId: string,
      refs: ScopeRef[],
      nowMs: number,
      accepts: (standing: BudgetStanding) => boolean = () => true,
    ): Promise<BudgetStanding[]> {
      const read = await standings.read(organizationId, refs, nowMs);
      const accepted = read.of(refs).filter(accepts);
      return mapConcurrently(accepted, CONCURRENT_READS, async (standing) => ({
        ...standing,
        balance: await wholeBalance(deps, organizationId, standing.lanes),
      }));
    },
  };
}
