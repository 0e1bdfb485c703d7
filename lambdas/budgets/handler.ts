import { limitsOf } from '../../contracts/budget-limits.ts';
import {
  budgetCheckViewOf,
  budgetRoutes as routes,
  budgetViewOf,
  type CheckBody,
} from '../../contracts/budgets.ts';
import { encodeCursor, decodeCursor } from '../../contracts/cursor.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import { canonicalScope, type ScopeRef, tagScopesOf } from '../../domain/scopes.ts';
import type { BudgetRulesReader } from '../../services/budgets/budget-rules.ts';
import { type ModelNames, requireOwnModel } from '../../services/catalog/model-names.ts';
import type { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import type { ThresholdManager } from '../../services/controls/manage-thresholds.ts';
import { forbiddenField } from '../../services/errors.ts';
import type { ApplyingLimit } from '../../services/budgets/limit-applying.ts';
import type { Target } from '../../services/budgets/replace-budget.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import type { BudgetCheck } from '../../services/members/check-budgets.ts';
import type { Directory } from '../../services/members/directory.ts';
import { requireListedScope } from '../../services/require-listed-scope.ts';
import type { ReportSettingsStore } from '../../tables/report-settings.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { spelledScope } from '../edge/naming.ts';

type Deps = Edge & {
  budgets: ReturnType<typeof createBudgetManager>;
  names: ModelNames;
  thresholds: Pick<ThresholdManager, 'budgetLevelsChange' | 'budgetLevelsRemoval'>;
  rules: BudgetRulesReader;
  directory: Directory;
  check: BudgetCheck;
  applying: Pick<ApplyingLimit, 'budgetWrites'>;
  settings: Pick<ReportSettingsStore, 'listedTags'>;
  /** Triggers a review of a scope under its new budget. */
  analytics: Pick<TokenAnalyticsStore, 'touch'>;
};

/** Sets, shows, lists and removes budgets, and checks whether an amount would fit. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    endpoint(routes.putBudget, async ({ params, body, caller, nowMs, spell, call }) => {
      await requireOwnModel(deps.names, call, params);
      const { limitUsd: _, limit: __, thresholds, ...chosen } = body;
      const { spelling } = spelledScope(params, spell);
      const settings = { ...chosen, spelling, ...limitsOf(body) };
      await requireListedScope(deps.settings, caller.organizationId, params);
      const also = counted(deps, counting(call, params, true), () =>
        deps.thresholds.budgetLevelsChange(call, params, thresholds),
      );
      const standing = await deps.budgets.put(call, params, settings, also);
      await deps.analytics.touch(caller.organizationId, canonicalScope(params), nowMs);
      return { status: 200, body: budgetViewOf(standing, nowMs) };
    }),

    endpoint(routes.getBudget, async ({ params, caller, nowMs }) => {
      const standing = await deps.budgets.standing(caller.organizationId, params, nowMs);
      return { status: 200, body: budgetViewOf(standing, nowMs) };
    }),

    endpoint(routes.deleteBudget, async ({ params, caller, nowMs, call }) => {
      const also = counted(deps, counting(call, params, false), () =>
        deps.thresholds.budgetLevelsRemoval(call, params),
      );
      const standing = await deps.budgets.remove(call, params, also);
      await deps.analytics.touch(caller.organizationId, canonicalScope(params), nowMs);
      return { status: 200, body: budgetViewOf(standing, nowMs) };
    }),

    endpoint(routes.listBudgets, async ({ query, caller, nowMs }) => {
      const { scope, scopeId, limit, cursor } = query;
      const { organizationId } = caller;
      const page = { limit, after: decodeCursor('budgets', cursor) };
      const { standings, next } =
        scope && scopeId
          ? {
              standings: await deps.budgets.listOfScope(organizationId, { scope, scopeId }, nowMs),
              next: undefined,
            }
          : await deps.budgets.list(organizationId, page, nowMs);
      return {
        status: 200,
        body: {
          items: standings.map((standing) => budgetViewOf(standing, nowMs)),
          nextCursor: encodeCursor('budgets', next),
        },
      };
    }),

    endpoint(routes.checkBudget, async ({ body, caller, nowMs }) => {
      const checked = await checkOf(deps, { organizationId: caller.organizationId, nowMs }, body);
      return {
        status: 200,
        headers: { 'x-purser-decision': checked.decision.kind },
        body: budgetCheckViewOf(checked, nowMs),
      };
    }),
  ]);

/** What goes with a change of a budget, and the census that says how many budgets can apply. */
const counted =
  (
    { applying }: Deps,
    { organizationId, target, isSet }: Counting,
    also: () => Promise<AuditedChange>,
  ) =>
  async (): Promise<AuditedChange> => {
    const census = await applying.budgetWrites(organizationId, target, isSet);
    const { entries, writes } = await also();
    return { entries, writes: [...writes, ...census] };
  };

const counting = (
  { organizationId }: OrganizationCall,
  { period, ...ref }: Target,
  isSet: boolean,
): Counting => ({ organizationId, target: { ...canonicalScope(ref), period }, isSet });

type Counting = { organizationId: string; target: Target; isSet: boolean };

/** Whether an amount fits, with everything that decides where a request would be charged. */
async function checkOf(deps: Deps, call: OrganizationCall, body: CheckBody) {
  const { organizationId, nowMs } = call;
  const placed = await deps.directory.place(organizationId, body);
  if ('refusal' in placed) throw forbiddenField(placed.refusal);
  const { request } = placed;
  const [{ listedTags, defaults }, modelOf] = await Promise.all([
    deps.rules.current(organizationId, request.departmentId),
    deps.names.read(organizationId, [request.model]),
  ]);
  const model = request.model && modelOf(request.model, nowMs);
  return deps.check(call, {
    refs: scopesToCheck(organizationId, { ...request, model }, listedTags),
    amountNanoUsd: request.estimatedCostUsd,
    rules: defaults,
  });
}

/** The scopes whose budgets a check asks about: those of the user, the organization and all that it names. */
function scopesToCheck(
  organizationId: string,
  { userId, departmentId, system, model, sessionId, tags }: CheckBody,
  listedTags: readonly string[],
): ScopeRef[] {
  const refs: ScopeRef[] = [
    { scope: 'user', scopeId: userId },
    { scope: 'organization', scopeId: organizationId },
  ];
  if (departmentId) refs.push({ scope: 'department', scopeId: departmentId });
  if (system) refs.push({ scope: 'system', scopeId: system });
  if (model) refs.push({ scope: 'model', scopeId: model });
  if (sessionId) refs.push({ scope: 'session', scopeId: sessionId });
  return [...refs, ...tagScopesOf({ tags, listedTags })];
}
