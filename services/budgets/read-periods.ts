import {
  balanceRefIn,
  type Budget,
  budgetIdOf,
  type BudgetStanding,
  lanesOf,
} from '../../domain/ledger/budget.ts';
import { periodOfKey } from '../../domain/ledger/calendar.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { notFound } from '../errors.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { readLanes } from './call-money-back.ts';
import { noBudget } from './change-budget.ts';
import { type RoomDeps, wholeBalance } from './make-room.ts';
import { canonicalTarget, type Target } from './replace-budget.ts';

const CONCURRENT_READS = 4;

/** Reads the periods of budgets, also those that are over. */
export function createPeriodReader(deps: Pick<RoomDeps, 'wallets'> & { budgets: BudgetStore }) {
  /** @throws ServiceError `not-found` */
  async function budgetOf(organizationId: string, target: Target): Promise<Budget> {
    const [book] = await deps.budgets.readBooks(organizationId, [target]);
    const budget = book?.[target.period];
    if (budget) return budget;
    throw noBudget(target);
  }

  /** How a budget stood in the period with a key; `undefined` if nothing is kept of it. */
  async function standingIn(
    organizationId: string,
    budget: Budget,
    periodKey: string,
  ): Promise<BudgetStanding | undefined> {
    const span = periodOfKey(budget, periodKey);
    if (!span) return undefined;
    const refs = lanesOf(balanceRefIn(budget, span), budget.lanes);
    const lanes = await readLanes(deps, organizationId, refs);
    const [home] = lanes;
    if (!home) return undefined;
    const balance = await wholeBalance(deps, organizationId, lanes);
    return { budget, span, balance, home, lanes, isFresh: true };
  }

  return {
    /**
     * A budget in an earlier period.
     * @throws ServiceError `not-found`
     */
    async earlierStanding(
      organizationId: string,
      asked: Target,
      periodKey: string,
    ): Promise<BudgetStanding> {
      const target = canonicalTarget(asked);
      const budget = await budgetOf(organizationId, target);
      const earlier = await standingIn(organizationId, budget, periodKey);
      if (earlier) return earlier;
      throw notFound(`Nothing is kept of ${periodKey} of budget ${budgetIdOf(target)}.`);
    },

    /**
     * A page of a budget's periods in which something happened, newest first.
     * @throws ServiceError `not-found`
     */
    async listPeriods(
      organizationId: string,
      asked: Target,
      page: { limit: number; after?: string | undefined },
    ): Promise<{ standings: BudgetStanding[]; next?: string | undefined }> {
      const target = canonicalTarget(asked);
      const budget = await budgetOf(organizationId, target);
      const { keys, next } = await deps.budgets.listPeriods(organizationId, target, page);
      const read = await mapConcurrently(keys, CONCURRENT_READS, (key) =>
        standingIn(organizationId, budget, key),
      );
      return { standings: read.filter((each) => each !== undefined), next };
    },
  };
}
