import { budgetIdOf, type BudgetMode } from '../../domain/ledger/budget.ts';
import type { Period } from '../../domain/periods.ts';
import { canonicalScope, type ScopeRef, scopesOf } from '../../domain/scopes.ts';
import type { AiRequest } from '../../contracts/ai-request.ts';
import {
  type ChaosOptions,
  DEPARTMENTS,
  MODELS,
  ORGANIZATION,
  PROJECT,
  RUN,
  TAG,
  USERS,
} from './chaos-options.ts';

/** A budget, and its maximum share of the organization's money in percent. */
export type Plan = ScopeRef & {
  period: Period;
  percent: number;
  mode: BudgetMode;
  /** Whether it limits requests and tokens, too. */
  isCounting?: boolean;
};

const COUNTED_USERS: readonly string[] = [USERS[1], USERS[3]];
const WEEKLY_USER: string = USERS[2];

/** The budgets of a run. No other budget hides the overspending of naive clients. */
export function plansOf({
  mode,
  isNaive,
}: Pick<ChaosOptions, 'mode' | 'isNaive'>): [Plan, ...Plan[]] {
  const [shared, ...others] = plansFor(mode);
  return isNaive ? [shared] : [shared, ...others];
}

/** One shared budget, tighter than the others combined. In escrow mode, some stay exact. */
const plansFor = (mode: BudgetMode): [Plan, ...Plan[]] => [
  planOf('organization', ORGANIZATION, { percent: 100, mode }),
  ...DEPARTMENTS.map((id) => planOf('department', id, { percent: 80, mode })),
  ...USERS.map((id, at) => planOf('user', id, userPlan(id, at === 0 ? 'exact' : mode))),
  ...MODELS.map((id, at) => planOf('model', id, { percent: 90, mode: at === 0 ? mode : 'exact' })),
  planOf(`tag:${TAG}`, PROJECT, { percent: 30, mode, period: 'total' }),
  planOf('session', RUN, { percent: 20, mode: 'exact', period: 'total' }),
];

type Terms = Pick<Plan, 'percent' | 'mode' | 'isCounting'> & { period?: Period };

function userPlan(id: string, mode: BudgetMode): Terms {
  if (COUNTED_USERS.includes(id)) return { percent: 40, mode: 'exact', isCounting: true };
  return { percent: 40, mode, period: id === WEEKLY_USER ? 'weekly' : 'daily' };
}

function planOf(
  scope: Plan['scope'],
  scopeId: string,
  { period = 'daily', ...terms }: Terms,
): Plan {
  return { ...canonicalScope({ scope, scopeId }), period, ...terms };
}

/** The planned budgets of a request, except those of models. */
export function budgetsOf(plans: readonly Plan[], request: AiRequest): string[] {
  const principals = { ...request, organizationId: ORGANIZATION, model: '', listedTags: [TAG] };
  const touched = new Set(scopesOf(principals).map(scopeName));
  return plans.filter((plan) => touched.has(scopeName(plan))).map((plan) => budgetIdOf(plan));
}

/** The planned budgets of a model. */
export const budgetsOfModel = (plans: readonly Plan[], scopeId: string): string[] =>
  plans
    .filter((plan) => scopeName(plan) === scopeName(canonicalScope({ scope: 'model', scopeId })))
    .map((plan) => budgetIdOf(plan));

const scopeName = ({ scope, scopeId }: ScopeRef): string => `${scope}/${scopeId}`;
