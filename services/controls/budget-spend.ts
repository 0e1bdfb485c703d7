import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { PacedSpend } from '../../domain/controls/projected-crossing.ts';
import type { Measured } from '../../domain/controls/spend-unit.ts';
import { beyondDate } from '../../domain/controls/watched-spend.ts';
import { reviewedPeriodsOf } from '../../domain/controls/watched-periods.ts';
import { countsSinceReset, limitOf, sinceReset } from '../../domain/ledger/adjustments.ts';
import {
  type Balance,
  balanceNameOf,
  type Budget,
  budgetsIn,
  lanesOf,
  untouchedBalance,
} from '../../domain/ledger/budget.ts';
import { countsFromMs } from '../../domain/ledger/pace.ts';
import type { PeriodSpan } from '../../domain/periods.ts';
import { type Aggregate, dayOf, endOfBucket, hourOf } from '../../domain/reporting/aggregates.ts';
import { NOTHING } from '../../domain/reporting/measures.ts';
import { hoursBeginningIn, hoursIn, segmentsOf } from '../../domain/reporting/report-range.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { WalletStore } from '../../tables/ledger/wallets.ts';
import { wholeBalance } from '../budgets/make-room.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import {
  CONCURRENT_READS,
  measuresByScope,
  readDimension,
  readHours,
  readScopes,
  type SumDeps,
} from './scope-sums.ts';

export type BudgetSpendDeps = {
  budgets: Pick<BudgetStore, 'readBooks' | 'readBalances'>;
  wallets: WalletStore;
};

/** A budget's recorded spend in one period of its own calendar, in one of the units that it limits. */
export type BudgetSpend = PacedSpend & { startsAtMs: number };

/**
 * The recorded spend of scopes' budgets in the monitored periods.
 * @param changedDaysOf UTC days whose spend changed, for scopes whose earlier periods count, too
 */
export async function budgetSpends(
  { budgets, wallets }: BudgetSpendDeps,
  { organizationId, nowMs }: OrganizationCall,
  scopeRefs: readonly ScopeRef[],
  changedDaysOf: (ref: ScopeRef) => readonly string[] = () => [],
): Promise<BudgetSpend[]> {
  const books = await budgets.readBooks(organizationId, scopeRefs);
  const periods = books.flatMap((book) =>
    budgetsIn(book).flatMap((budget) =>
      reviewedPeriodsOf(budget, nowMs, changedDaysOf(budget)).map((span) => ({ budget, span })),
    ),
  );
  const lanesOfPeriods = periods.map(({ budget, span }) => {
    const { scope, scopeId, period } = budget;
    return lanesOf({ scope, scopeId, period, periodKey: span.key }, budget.lanes);
  });
  const refs = lanesOfPeriods.flat();
  const balances = await budgets.readBalances(organizationId, refs);
  const balanceByName = new Map(
    refs.map((ref, position) => [balanceNameOf(ref), balances[position]]),
  );
  const wholes = await mapConcurrently(lanesOfPeriods, CONCURRENT_READS, (lanes) => {
    const homes = lanes.flatMap((ref) => {
      const balance = balanceByName.get(balanceNameOf(ref));
      return balance ? [{ ref, balance }] : [];
    });
    return homes.length === 0
      ? Promise.resolve(undefined)
      : wholeBalance({ wallets }, organizationId, homes);
  });
  return periods.flatMap(({ budget, span }, position) =>
    spendsOf(budget, span, wholes[position], nowMs).map((spend) => ({
      scope: budget.scope,
      scopeId: budget.scopeId,
      spelling: budget.spelling,
      period: budget.period,
      periodKey: span.key,
      startsAtMs: span.startsAtMs,
      countsFromMs: countsFromMs(budget, span, nowMs),
      endsAtMs: span.endsAtMs,
      ...spend,
    })),
  );
}

/** Spend since a reset in each unit that the budget limits. */
function spendsOf(
  budget: Budget,
  span: PeriodSpan,
  whole: Balance | undefined,
  nowMs: number,
): (Measured & { spent: bigint; budgetLimit: bigint })[] {
  const balance = whole ?? untouchedBalance(limitOf(budget, span, nowMs));
  const standing = { budget, span, balance };
  const { limitNanoUsd, settledNanoUsd } = sinceReset(standing, nowMs);
  const money = { spent: settledNanoUsd, budgetLimit: limitNanoUsd };
  const counts = countsSinceReset(standing, nowMs).map(({ unit, limit, settled }) => ({
    unit,
    spent: BigInt(settled),
    budgetLimit: BigInt(limit),
  }));
  return budget.limitNanoUsd === undefined ? counts : [money, ...counts];
}

/**
 * Adds spend booked in each budget's period but dated outside it, so that percent levels see it
 * although the budget of its own date carries the money. Requests and tokens count where they are
 * dated. An hour counts in the period in which it begins, as in reports: periods of time zones that
 * are not whole hours from UTC have each hour once.
 */
export function withBackDated(
  deps: SumDeps,
  { organizationId, nowMs }: OrganizationCall,
  spends: readonly BudgetSpend[],
): Promise<BudgetSpend[]> {
  return mapConcurrently(spends, CONCURRENT_READS, async (spend) => {
    // No date lies outside of a total.
    if (spend.period === 'total' || spend.unit !== undefined) return spend;
    const toMs = Math.min(spend.endsAtMs, endOfBucket(dayOf(nowMs)));
    const segments = segmentsOf(hoursBeginningIn({ fromMs: spend.startsAtMs, toMs }));
    const days = segments.filter(({ whole }) => whole).map(({ day }) => day);
    const hours = segments
      .filter(({ whole }) => !whole)
      .flatMap(hoursIn)
      .filter((hourMs) => hourMs <= nowMs)
      .map(hourOf);
    const sums = [
      ...(await readScopeDays(deps, organizationId, spend, days)),
      ...(await readHours(deps, organizationId, [spend], hours)),
    ];
    const { backDatedNanoUsd } = measuresByScope(sums).get(spend.scopeId) ?? NOTHING;
    return { ...spend, spent: spend.spent + beyondDate(backDatedNanoUsd) };
  });
}

const readScopeDays = (
  deps: SumDeps,
  organizationId: string,
  ref: ScopeRef,
  days: readonly string[],
): Promise<Aggregate[]> =>
  ref.scope === 'model'
    ? readDimension(deps, organizationId, 'model', days)
    : readScopes(deps, organizationId, [ref], days);
