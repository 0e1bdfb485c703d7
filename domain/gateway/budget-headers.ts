import { type BudgetStanding, spelledBudgetIdOf } from '../ledger/budget.ts';
import { formatUsd, maxNanoUsd, type NanoUsd } from '../money.ts';

/** From this share of a budget on, a warning is due. Claude Code warns at three quarters itself. */
const WARNING_SHARE = 0.75;

/**
 * The budget that is used by the largest share, among those that limit money. What other calls hold
 * counts as used; what this call holds is far more than most calls cost, so it does not.
 * @param ownNanoUsd what this call holds
 */
export function tightestOf(
  standings: readonly BudgetStanding[],
  ownNanoUsd: NanoUsd,
): { standing: BudgetStanding; usedShare: number } | undefined {
  let tightest: { standing: BudgetStanding; usedShare: number } | undefined;
  for (const standing of standings) {
    const { budget, balance } = standing;
    if (budget.limitNanoUsd === undefined) continue;
    const used = maxNanoUsd(0n, balance.limitNanoUsd - balance.headroomNanoUsd - ownNanoUsd);
    const usedShare = balance.limitNanoUsd <= 0n ? 1 : Number(used) / Number(balance.limitNanoUsd);
    if (!tightest || usedShare > tightest.usedShare) tightest = { standing, usedShare };
  }
  return tightest;
}

/**
 * What is left, on every answer. Anthropic's clients get it in the headers in which they look for
 * their plan's limits, and warn their user by them.
 * @param ownNanoUsd what this call holds
 * @param remainingNanoUsd the smallest amount left in a budget that applies
 */
export function budgetHeaders(
  family: string,
  standings: readonly BudgetStanding[],
  { ownNanoUsd, remainingNanoUsd }: { ownNanoUsd: NanoUsd; remainingNanoUsd: NanoUsd | undefined },
): Record<string, string> {
  const tightest = tightestOf(standings, ownNanoUsd);
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
