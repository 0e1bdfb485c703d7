import { type Budget, budgetIdOf, limitsMoney } from '../../domain/ledger/budget.ts';
import { needOf, type Unit } from '../../domain/ledger/decide-reservation.ts';
import { COUNT_UNITS } from '../../domain/ledger/counts.ts';
import { formatUsd } from '../../domain/money.ts';
import type { Principals } from '../../domain/scopes.ts';
import type { Rejected } from '../../services/reservations/reservation-outcome.ts';
import type { Accounts } from './audited-accounts.ts';
import { type Books, wholeNameAt } from './audited-books.ts';

/** When a caller asked, and the time that decides the periods of its request. */
export type RefusalTimes = { askedAtMs: number; occurredAtMs: number };

/**
 * What a refusal breaks: at some moment since the caller asked, one of the budgets must have had
 * less free than the request needs.
 * @returns the deciding budget and the amount that it had all the time
 */
export function brokenRefusal(
  { accounts, books }: { accounts: Accounts; books: Books },
  principals: Omit<Principals, 'model'>,
  { deciding, quoteSet }: Rejected,
  { askedAtMs, occurredAtMs }: RefusalTimes,
): string | undefined {
  const [asked] = quoteSet.quotes;
  const { model, upperBoundNanoUsd: amountNanoUsd, upperBoundTokens: tokens } = asked;
  const need = { amountNanoUsd, tokens };
  const budgets = books.applyingTo({ ...principals, model });
  const areSeen = [deciding.budget, ...budgets].every((item) => books.isSeen(budgetIdOf(item)));
  if (!areSeen) return undefined;
  const decided = `${budgetIdOf(deciding.budget)}/${deciding.span.key}`;
  const isShort = (budget: Budget, name: string): boolean =>
    unitsOf(budget).some((unit) => {
      const least = accounts.leastFree(name, unit, askedAtMs) ?? limitOf(budget, unit);
      return least < needOf(need, unit);
    });
  const wasShort =
    isShort(deciding.budget, decided) ||
    budgets.some((budget) => isShort(budget, wholeNameAt(budget, occurredAtMs)));
  return wasShort ? undefined : `${decided} ${formatUsd(amountNanoUsd)}`;
}

/** The units in which a budget may refuse. */
const unitsOf = (budget: Budget): Unit[] => [
  ...(limitsMoney(budget) ? ['usd' as const] : []),
  ...COUNT_UNITS.filter(
    (unit) => budget.enforcement === 'enforce' && budget.countLimits?.[unit] !== undefined,
  ),
];

const limitOf = ({ limitNanoUsd = 0n, countLimits }: Budget, unit: Unit): bigint =>
  unit === 'usd' ? limitNanoUsd : BigInt(countLimits?.[unit] ?? 0);
