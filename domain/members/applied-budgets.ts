import type { Budget, BudgetBook, BudgetSource } from '../ledger/budget.ts';
import { budgetAfter, type Predecessor, settingsWith } from '../ledger/budget-settings.ts';
import { type Period, PERIODS } from '../periods.ts';
import type { DefaultBudget, DefaultsRule } from './member-defaults.ts';

/** A default budget that a member's book lacks; `undefined` for one that no rule sets any more. */
export type DefaultChange = {
  period: Period;
  to: { budget: DefaultBudget; source: BudgetSource; idleSeconds: number | undefined } | undefined;
};

/**
 * What brings a member's book in line with the rules that it follows. A budget that was set on the
 * member itself has no source and stays. So does one of a department other than the request's: it
 * changes when a request of that department comes. A rule that is older than the one already applied
 * was read a moment ago, and changes nothing.
 * @param rules of the member's kind, the department's before the organization's
 */
export const defaultChanges = (book: BudgetBook, rules: readonly DefaultsRule[]): DefaultChange[] =>
  PERIODS.flatMap((period): DefaultChange[] => {
    const own = book[period];
    if (own && (!own.source || isOfOther(own.source, rules))) return [];
    const rule = rules.find(({ defaults }) => defaults.budgets?.[period]);
    const budget = fitting(rule?.defaults.budgets?.[period], book.lanes?.[period]);
    if (!rule || !budget) return own ? [{ period, to: undefined }] : [];
    const source = { owner: ownerNameOf(rule), version: rule.version };
    if (own?.source?.owner === source.owner && own.source.version >= source.version) return [];
    return [{ period, to: { budget, source, idleSeconds: rule.defaults.idleSeconds } }];
  });

/** What a member can take of a default: one that is split into lanes cannot count. */
function fitting(
  budget: DefaultBudget | undefined,
  lanes: number | undefined,
): DefaultBudget | undefined {
  if (!budget?.countLimits || (lanes ?? 1) === 1) return budget;
  return budget.limitNanoUsd === undefined ? undefined : { ...budget, countLimits: undefined };
}

/** A member's budget after a change of its defaults. What a rule leaves out has its default. */
export function budgetFrom(
  { budget, source, idleSeconds }: NonNullable<DefaultChange['to']>,
  target: Pick<Budget, 'scope' | 'scopeId' | 'period'>,
  predecessor: Predecessor,
  nowMs: number,
): Budget {
  const settings = settingsWith({ ...budget, idleSeconds });
  return { ...budgetAfter(target, settings, predecessor, nowMs), source };
}

const isOfOther = ({ owner }: BudgetSource, rules: readonly DefaultsRule[]): boolean =>
  owner.startsWith('department/') && !rules.some((rule) => ownerNameOf(rule) === owner);

const ownerNameOf = ({ owner }: DefaultsRule): string => `${owner.scope}/${owner.scopeId}`;
