import type * as z from 'zod';
import {
  budgetAdjustmentRoutes as adjustments,
  requestViewOf,
} from '../../contracts/budget-adjustments.ts';
import { periodViewOf } from '../../contracts/budget-periods.ts';
import {
  adjustmentViewOf,
  type budgetBody,
  levelChangesOf,
  type SettingChanges,
  settingChangesOf,
  settingsChangeOf,
} from '../../contracts/budget-settings.ts';
import {
  budgetCheckViewOf,
  budgetRoutes as routes,
  type BudgetView,
  budgetViewOf,
  PERIOD_KEY,
} from '../../contracts/budgets.ts';
import { encodeCursor, decodeCursor } from '../../contracts/cursor.ts';
import type { BudgetStanding } from '../../domain/ledger/budget.ts';
import type { Call, Caller, OrganizationCall } from '../../domain/access/caller.ts';
import { overridesIn } from '../../domain/ledger/override.ts';
import type { OverrideRequest, Verdict } from '../../domain/ledger/override-request.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { BudgetAdjuster } from '../../services/budgets/budget-adjuster.ts';
import { requireOwnModel } from '../../services/catalog/model-names.ts';
import type { createBudgetManager } from '../../services/budgets/manage-budgets.ts';
import { canonicalTarget, type Target } from '../../services/budgets/replace-budget.ts';
import type { ThresholdManager } from '../../services/controls/manage-thresholds.ts';
import { invalidField } from '../../services/errors.ts';
import type { ApplyingLimit } from '../../services/budgets/limit-applying.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import { checkRequest, type CheckRequestDeps } from '../../services/members/check-request.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { NameReader } from '../../services/display-names.ts';
import { createHttpHandler, type Edge, endpoint } from '../edge/http-handler.ts';
import { type Spell, spelledScope } from '../edge/naming.ts';

type Deps = Edge & { displayNames: NameReader } & CheckRequestDeps & {
    budgets: ReturnType<typeof createBudgetManager>;
    adjustments: BudgetAdjuster;
    thresholds: Pick<ThresholdManager, 'budgetLevelsChange' | 'budgetLevelsRemoval'>;
    applying: Pick<ApplyingLimit, 'budgetWrites'>;
    analytics: Pick<TokenAnalyticsStore, 'touch'>;
  };

/** Sets, adjusts, shows, lists and removes budgets, and checks whether an amount would fit. */
export const createHandler = (deps: Deps) =>
  createHttpHandler(deps, [
    ...periodEndpoints(deps),
    ...adjustmentEndpoints(deps),
    ...requestEndpoints(deps),

    endpoint(routes.putBudget, async (request) => ({
      status: 200,
      body: await changedBudget(deps, request, false),
    })),

    endpoint(routes.patchBudget, async (request) => ({
      status: 200,
      body: await changedBudget(deps, request, true),
    })),

    endpoint(routes.deleteBudget, async ({ params, nowMs, call }) => {
      const also = counted(deps, call, { target: params, isSet: false }, () =>
        deps.thresholds.budgetLevelsRemoval(call, params),
      );
      const standing = await deps.budgets.remove(call, params, also);
      await review(deps, call, params);
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
          items: await viewsOf(deps, { organizationId, nowMs }, standings),
          nextCursor: encodeCursor('budgets', next),
        },
      };
    }),

    endpoint(routes.checkBudget, async ({ body, call, nowMs }) => {
      const checked = await checkRequest(deps, call, body);
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
    { organizationId }: OrganizationCall,
    { target, isSet }: { target: Target; isSet: boolean },
    also: () => Promise<AuditedChange>,
  ) =>
  async (): Promise<AuditedChange> => {
    const census = await applying.budgetWrites(organizationId, canonicalTarget(target), isSet);
    const { entries, writes } = await also();
    return { entries, writes: [...writes, ...census] };
  };

/** Has a scope reviewed under its changed budget. */
const review = (
  { analytics }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  scope: ScopeRef,
): Promise<void> => analytics.touch(organizationId, canonicalScope(scope), nowMs);

type PutRequest = {
  params: Target;
  body: z.output<typeof budgetBody>;
  call: Caller & Call;
  spell: Spell;
};

/** Sets or changes a budget. @returns the budget now, and what changed */
async function changedBudget(
  deps: Deps,
  { params, body, spell, call }: PutRequest,
  mustExist: boolean,
) {
  await requireOwnModel(deps.names, call, params);
  const { thresholds: levels, ...settings } = body;
  let levelChanges: SettingChanges = [];
  const also = counted(deps, call, { target: params, isSet: true }, async () => {
    const change = await deps.thresholds.budgetLevelsChange(call, params, levels);
    levelChanges = levelChangesOf(change.before, change.after);
    return change;
  });
  const change = { ...settingsChangeOf(settings), spelling: spelledScope(params, spell).spelling };
  const { before, ...standing } = await deps.budgets.put(call, params, change, { also, mustExist });
  await review(deps, call, params);
  const changes = [...settingChangesOf(before, standing.budget), ...levelChanges];
  return { ...budgetViewOf(standing, call.nowMs), changes };
}

/** A budget in its current period and in earlier ones. */
const periodEndpoints = (deps: Deps) => [
  endpoint(routes.getBudget, async ({ params, query: { periodKey }, caller, nowMs }) => {
    const { organizationId } = caller;
    const standing =
      periodKey === undefined
        ? await deps.budgets.standing(organizationId, params, nowMs)
        : await deps.budgets.earlierStanding(organizationId, params, periodKey);
    const call = { organizationId, nowMs };
    const [body = budgetViewOf(standing, nowMs)] = await viewsOf(deps, call, [standing]);
    return { status: 200, body };
  }),

  endpoint(routes.listBudgetPeriods, async ({ params, query, caller }) => {
    const after = decodeCursor('budget periods', query.cursor);
    if (after !== undefined && !PERIOD_KEY.test(after)) {
      throw invalidField('cursor', 'is not a cursor for this list');
    }
    const page = { limit: query.limit, after };
    const { standings, next } = await deps.budgets.listPeriods(caller.organizationId, params, page);
    const items = standings.map(periodViewOf);
    return { status: 200, body: { items, nextCursor: encodeCursor('budget periods', next) } };
  }),
];

/** Overrides and resets. */
const adjustmentEndpoints = (deps: Deps) => [
  endpoint(adjustments.addOverride, async ({ params, body, call }) => {
    const override = { addNanoUsd: body.addUsd, untilMs: body.until, reason: body.reason };
    const added = await deps.adjustments.addOverride(call, params, override);
    await review(deps, call, params);
    return { status: 201, body: adjustmentViewOf(added) };
  }),

  endpoint(adjustments.listOverrides, async ({ params, caller, nowMs }) => {
    const { budget } = await deps.budgets.standing(caller.organizationId, params, nowMs);
    return { status: 200, body: { items: overridesIn(budget, nowMs).map(adjustmentViewOf) } };
  }),

  endpoint(adjustments.removeOverride, async ({ params, call }) => {
    const { adjustmentId, ...target } = params;
    const removed = await deps.adjustments.removeOverride(call, target, adjustmentId);
    await review(deps, call, params);
    return { status: 200, body: adjustmentViewOf(removed) };
  }),

  endpoint(adjustments.resetBudget, async ({ params, body, call, nowMs }) => {
    await deps.adjustments.reset(call, params, body.reason);
    await review(deps, call, params);
    const standing = await deps.budgets.standing(call.organizationId, params, nowMs);
    return { status: 200, body: budgetViewOf(standing, nowMs) };
  }),
];

/** Requests for overrides. */
function requestEndpoints(deps: Deps) {
  const decide = async (
    { params, body, call }: DecisionRequest,
    verdict: Verdict,
  ): Promise<OverrideRequest> => {
    const { requestId, ...target } = params;
    const decision = { requestId, verdict, reason: body.reason };
    const request = await deps.adjustments.decide(call, target, decision);
    await review(deps, call, target);
    return request;
  };

  return [
    endpoint(adjustments.askForOverride, async ({ params, body, call, spell }) => {
      const { spelling } = spelledScope(params, spell);
      const { addUsd, until, reason } = body;
      const increase = { addNanoUsd: addUsd, untilMs: until, reason, spelling };
      const request = await deps.adjustments.ask(call, params, increase);
      return { status: 201, body: requestViewOf(request) };
    }),

    endpoint(adjustments.listOverrideRequests, async ({ params, query, caller }) => {
      const after = decodeCursor('override requests', query.cursor);
      const page = { limit: query.limit, after };
      const { organizationId } = caller;
      const { requests, next } = await deps.adjustments.listRequests(organizationId, params, page);
      const nextCursor = encodeCursor('override requests', next);
      return { status: 200, body: { items: requests.map(requestViewOf), nextCursor } };
    }),

    endpoint(adjustments.approveOverrideRequest, async (request) => ({
      status: 200,
      body: requestViewOf(await decide(request, 'approved')),
    })),

    endpoint(adjustments.denyOverrideRequest, async (request) => ({
      status: 200,
      body: requestViewOf(await decide(request, 'denied')),
    })),
  ];
}

type DecisionRequest = {
  params: Target & { requestId: string };
  body: { reason?: string | undefined };
  call: Caller & Call;
};

/** Views of budgets with the display names of their scopes. */
async function viewsOf(
  { displayNames }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  standings: readonly BudgetStanding[],
): Promise<BudgetView[]> {
  const budgets = standings.map(({ budget }) => budget);
  const named = await displayNames.namedScopes(organizationId, budgets);
  return standings.map((standing, position) =>
    budgetViewOf({ ...standing, budget: named[position] ?? standing.budget }, nowMs),
  );
}
