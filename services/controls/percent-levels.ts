import type { OrganizationCall } from '../../domain/access/caller.ts';
import type { ThresholdLevel } from '../../domain/controls/thresholds.ts';
import { type BudgetBook, budgetsIn } from '../../domain/ledger/budget.ts';
import { memberKindOf, rulesFor } from '../../domain/members/member-defaults.ts';
import type { Period } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { MemberDefaultsStore } from '../../tables/member-defaults.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { FieldError } from '../errors.ts';
import { departmentOf } from './watched-levels.ts';

type Deps = {
  defaults: Pick<MemberDefaultsStore, 'getMany'>;
  analytics: Pick<TokenAnalyticsStore, 'getDays'>;
};

/** The percent levels of a scope for whose periods it has no budget, by their fields. */
export async function faultsOfPercentages(
  deps: Deps,
  call: OrganizationCall,
  book: BudgetBook,
  levels: readonly ThresholdLevel[],
): Promise<FieldError[]> {
  const periods: string[] = [
    ...budgetsIn(book).map(({ period }) => period),
    ...(await defaultBudgets(deps, call, book)),
  ];
  return levels.flatMap((level, position) => {
    if ('amountNanoUsd' in level || periods.includes(level.period)) return [];
    const message = `${book.scope}/${book.scopeId} has no ${level.period} budget to be a percentage of`;
    return [{ field: `levels[${position}].percent`, message }];
  });
}

/** The periods for which a member gets a budget by default. */
export async function defaultBudgets(
  deps: Deps,
  call: OrganizationCall,
  target: ScopeRef,
): Promise<Period[]> {
  const kind = memberKindOf(target.scope);
  if (!kind) return [];
  const departmentId = await departmentOf(deps, call, target);
  const refs = rulesFor(call.organizationId, kind, departmentId);
  const rules = await deps.defaults.getMany(call.organizationId, refs);
  return rules.flatMap((rule) => Object.keys(rule?.defaults.budgets ?? {}) as Period[]);
}
