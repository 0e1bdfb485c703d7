import type { Call } from '../../domain/access/caller.ts';
import type { Adjustment } from '../../domain/ledger/adjustments.ts';
import type { Override } from '../../domain/ledger/override.ts';
import type { OverrideRequest } from '../../domain/ledger/override-request.ts';
import { addOverride, removeOverride, resetBudget } from './adjust-budget.ts';
import {
  askForOverride,
  decideOverrideRequest,
  type OverrideRequestDeps,
} from './manage-override-requests.ts';
import { canonicalTarget, type Target } from './replace-budget.ts';

export type BudgetAdjuster = ReturnType<typeof createBudgetAdjuster>;

/** Adjusts budgets, by the canonical IDs of their scopes. */
export const createBudgetAdjuster = (deps: OverrideRequestDeps) => ({
  addOverride: (call: Call, target: Target, override: Override): Promise<Adjustment> =>
    addOverride(deps, call, canonicalTarget(target), override),

  removeOverride: (call: Call, target: Target, adjustmentId: string): Promise<Adjustment> =>
    removeOverride(deps, call, canonicalTarget(target), adjustmentId),

  reset: (call: Call, target: Target, reason: string): Promise<void> =>
    resetBudget(deps, call, canonicalTarget(target), reason),

  ask: (
    call: Call,
    target: Target,
    override: Override & Pick<OverrideRequest, 'spelling'>,
  ): Promise<OverrideRequest> => askForOverride(deps, call, canonicalTarget(target), override),

  decide: (
    call: Call,
    target: Target,
    decision: Parameters<typeof decideOverrideRequest>[3],
  ): Promise<OverrideRequest> =>
    decideOverrideRequest(deps, call, canonicalTarget(target), decision),

  listRequests: (
    organizationId: string,
    target: Target,
    page: { limit: number; after?: string | undefined },
  ) => deps.requests.list(organizationId, canonicalTarget(target), page),
});
