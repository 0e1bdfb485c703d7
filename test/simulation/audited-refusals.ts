import { type Budget, budgetIdOf, limitsMoney } from '../../domain/ledger/budget.ts';
import { needOf, type Rejection, type Unit } from '../../domain/ledger/decide-reservation.ts';
import { COUNT_UNITS } from '../../domain/ledger/counts.ts';
import { formatUsd } from '../../domain/money.ts';
import type { Principals } from '../../domain/scopes.ts';
import { type Accounts, wholeNameOf } from './audited-accounts.ts';
import { type Books, wholeNameAt } from './audited-books.ts';
import type { WorkflowAudit } from './audited-workflows.ts';

/** When a caller asked, and the time that decides the periods of its request. */
export type RefusalTimes = { askedAtMs: number; occurredAtMs: number };

/** No budget has room for a request, or for a workflow, which has no model. */
export type Refusal = Rejection & {
  quoteSet: {
    quotes: [{ model?: string; upperBoundNanoUsd: bigint; upperBoundTokens: number }, ...unknown[]];
  };
};

type Facts = { accounts: Accounts; books: Books; workflows: WorkflowAudit };

/** Stands for the model of a workflow; no budget is set for it. */
const NO_MODEL = 'workflow';

/**
 * What a refusal breaks: at some moment since the caller asked, one of the budgets must have had
 * less free than the request needs, and its workflow less left, if that holds in this budget.
 * @returns the deciding budget and the amount that it had all the time
 */
export function brokenRefusal(
  { accounts, books, workflows }: Facts,
  principals: Omit<Principals, 'model'> & { workflowId?: string | undefined },
  { deciding, quoteSet }: Refusal,
  { askedAtMs, occurredAtMs }: RefusalTimes,
): string | undefined {
  const [asked] = quoteSet.quotes;
  const { model, upperBoundNanoUsd: amountNanoUsd, upperBoundTokens: tokens } = asked;
  const need = { amountNanoUsd, tokens, requests: model === undefined ? 0 : 1 };
  const budgets = books.applyingTo({ ...principals, model: model ?? NO_MODEL });
  const areSeen = [deciding.budget, ...budgets].every((item) => books.isSeen(budgetIdOf(item)));
  if (!areSeen) return undefined;
  const decided = `${budgetIdOf(deciding.budget)}/${deciding.span.key}`;
  const names = budgets.map((budget) => wholeNameAt(budget, occurredAtMs));
  const { workflowId = '' } = principals;
  const payer = workflows.payerOf(workflowId, amountNanoUsd, askedAtMs);
  const paidNames = payer?.balances.map(wholeNameOf) ?? [];
  const isPaid = paidNames.every((name) => names.includes(name));
  const isShort = (budget: Budget, name: string): boolean =>
    unitsOf(budget).some((unit) => {
      if (unit === 'usd' && isPaid && paidNames.includes(name)) return false;
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
