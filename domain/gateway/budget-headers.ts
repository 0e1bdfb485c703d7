import { type BudgetStanding, spelledBudgetIdOf } from '../ledger/budget.ts';
import { formatUsd, type NanoUsd } from '../money.ts';

/** From this share of a budget on, a warning is due. Claude Code warns at three quarters itself. */
const WARNING_SHARE = 0.75;

/** The budget that is used and held by the largest share, among those that limit money. */
export function tightestOf(
  standings: readonly BudgetStanding[],
): { standing: BudgetStanding; usedShare: number } | undefined {
  let tightest: { standing: BudgetStanding; usedShare: number } | undefined;
  for (const standing of standings) {
    const { budget, balance } = standing;
    if (budget.limitNanoUsd === undefined) continue;
    const used = balance.limitNanoUsd - balance.headroomNanoUsd;
    const usedShare = balance.limitNanoUsd <= 0n ? 1 : Number(used) / Number(balance.limitNanoUsd);
    if (!tightest || usedShare > tightest.usedShare) tightest = { standing, usedShare };
  }
  return tightest;
}

/**
 * What is left, on every answer. Anthropic's clients get it in the headers in which they look for
 * their plan's limits, and warn their user by them.
 * @param remainingNanoUsd the smallest amount left in a budget that applies
 */
export function budgetHeaders(
  family: string,
  standings: readonly BudgetStanding[],
  remainingNanoUsd: NanoUsd | undefined,
): Record<string, string> {
  const tightest = tightestOf(standings);
  if (!tightest || remainingNanoUsd === undefined) return {};
  const { standing, usedShare } = tightest;
  const own = {
    'x-purser-remaining-usd': formatUsd(remainingNanoUsd),
    'x-purser-budget': encodeURI(spelledBudgetIdOf(standing.budget)),
  };
  if (family !== 'anthropic') return own;
  const { endsAtMs } = standing.span;
  return {
    ...own,
    'anthropic-ratelimit-unified-status':
      usedShare >= WARNING_SHARE ? 'allowed_warning' : 'allowed',
    'anthropic-ratelimit-unified-utilization': usedShare.toFixed(4),
    ...(Number.isFinite(endsAtMs)
      ? { 'anthropic-ratelimit-unified-reset': String(Math.ceil(endsAtMs / 1_000)) }
      : {}),
  };
}
