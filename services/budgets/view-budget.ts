import type { BudgetView } from '../../contracts/budgets.ts';
import { type BudgetStanding, modeOf, spelledBudgetIdOf } from '../../domain/ledger/budget.ts';
import { formatUsd } from '../../domain/money.ts';
import { shownId } from '../../domain/scopes.ts';

/** A standing as the API shows it. */
export function viewBudget({ budget, span, balance }: BudgetStanding, nowMs: number): BudgetView {
  const elapsedMs = BigInt(Math.max(1, Math.min(nowMs, span.endsAtMs) - span.startsAtMs));
  const overage = balance.settledNanoUsd - balance.limitNanoUsd;
  return {
    budgetId: spelledBudgetIdOf(budget),
    scope: budget.scope,
    scopeId: shownId(budget),
    period: budget.period,
    periodKey: span.key,
    timeZone: budget.timeZone,
    enforcement: budget.enforcement,
    mode: modeOf(budget),
    lanes: budget.lanes ?? 1,
    onExpiry: budget.onExpiry ?? 'presume',
    limitUsd: formatUsd(balance.limitNanoUsd),
    settledUsd: formatUsd(balance.settledNanoUsd),
    reservedUsd: formatUsd(balance.reservedNanoUsd),
    availableUsd: formatUsd(balance.headroomNanoUsd > 0n ? balance.headroomNanoUsd : 0n),
    lentUsd: formatUsd(balance.lentNanoUsd),
    overageUsd: formatUsd(overage > 0n ? overage : 0n),
    burnRate: formatUsd((balance.settledNanoUsd * 3_600_000n) / elapsedMs),
    startsAt: new Date(span.startsAtMs).toISOString(),
    resetsAt: new Date(span.endsAtMs).toISOString(),
  };
}
