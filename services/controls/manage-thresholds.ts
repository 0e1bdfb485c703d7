import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import type { LevelInForce } from '../../domain/controls/levels-in-force.ts';
import {
  type BudgetLevel,
  faultsOfBudgetLevels,
  percentPeriodsOf,
  type ThresholdLevel,
} from '../../domain/controls/thresholds.ts';
import { budgetIdOf } from '../../domain/ledger/budget.ts';
import type { Period } from '../../domain/periods.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { AuditedChange, AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import type { TokenAnalyticsStore } from '../../tables/token-analytics/token-analytics.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import { conflict, invalidFields } from '../errors.ts';
import { requireOwnOrganization } from '../require-own-organization.ts';
import { type LevelChange, levelChange } from './level-change.ts';
import { defaultBudgets, faultsOfPercentages } from './percent-levels.ts';
import { departmentOf, type LevelDeps, withLevels } from './watched-levels.ts';

export type ThresholdDeps = LevelDeps & {
  thresholds: CostThresholdStore;
  budgets: Pick<BudgetStore, 'readBooks' | 'bookCheck'>;
  audit: Pick<AuditLog, 'change'>;
  analytics: Pick<TokenAnalyticsStore, 'touch' | 'getDays'>;
};

/** A budget by the scope that it belongs to, and its period. */
type BudgetRef = ScopeRef & { period: Period };

export type ThresholdManager = ReturnType<typeof createThresholdManager>;

/** Manages thresholds. Every change is audited. */
export const createThresholdManager = (deps: ThresholdDeps) => ({
  /** The levels in force for a scope; for a user with the defaults of the department. */
  levels: (call: OrganizationCall, target: ScopeRef, departmentId?: string) =>
    readLevels(deps, call, target, departmentId),

  /**
   * Replaces the scope's own levels; none remove them.
   * @throws ServiceError `invalid-request` if a percent level has no budget of its period
   */
  async putLevels(
    call: Call,
    target: ScopeRef,
    levels: readonly ThresholdLevel[],
  ): Promise<readonly LevelInForce[]> {
    requireOwnOrganization(call.organizationId, target);
    await deps.audit.change(() => ownLevelsChange(deps, call, target, levels));
    // The scope is reviewed at once, not only when it spends again.
    await deps.analytics.touch(call.organizationId, canonicalScope(target), call.nowMs);
    return readLevels(deps, call, target);
  },

  /**
   * The levels of a budget replaced, to be written together with the budget. `null` or none remove
   * them; left out, they stay.
   * @throws ServiceError `invalid-request` if they make no sense with a budget of this period
   */
  async budgetLevelsChange(
    call: Call,
    target: BudgetRef,
    requested: readonly BudgetLevel[] | null | undefined,
  ): Promise<LevelChange> {
    if (requested === undefined) return { entries: [], writes: [], before: [], after: [] };
    const levels = requested ?? [];
    const { organizationId } = call;
    const { period } = target;
    requireOwnOrganization(organizationId, target);
    const faults = faultsOfBudgetLevels(period, levels);
    if (faults.length > 0) throw invalidFields(faults);
    const ofBudget = levels.map((level) => ({ ...level, period: level.period ?? period }));
    const { thresholds } = deps;
    const change = await thresholds.budgetReplacement(organizationId, target, period, ofBudget);
    return levelChange(call, budgetText(target), change, period);
  },

  /**
   * The levels of a budget removed, to be written together with its removal.
   * @throws ServiceError `conflict` while the scope has percent levels of its own that need it
   */
  async budgetLevelsRemoval(call: Call, target: BudgetRef): Promise<AuditedChange> {
    const { organizationId } = call;
    const { period } = target;
    const change = await deps.thresholds.budgetReplacement(organizationId, target, period, []);
    const needsBudget = percentPeriodsOf(change.after.levels ?? []).includes(period);
    if (needsBudget && !(await defaultBudgets(deps, call, target)).includes(period)) {
      const name = scopeText(target);
      throw conflict(
        `${name} has percent levels of its own that need its ${period} budget. Change them first with PUT /v1/thresholds/${name}.`,
      );
    }
    return levelChange(call, budgetText(target), change, period);
  },
});

async function readLevels(
  deps: ThresholdDeps,
  call: OrganizationCall,
  target: ScopeRef,
  department?: string,
): Promise<readonly LevelInForce[]> {
  requireOwnOrganization(call.organizationId, target);
  const departmentId = department ?? (await departmentOf(deps, call, target));
  const [watched] = await withLevels(deps, call.organizationId, [{ ...target, departmentId }]);
  return watched?.levels ?? [];
}

async function ownLevelsChange(
  deps: ThresholdDeps,
  call: Call,
  target: ScopeRef,
  levels: readonly ThresholdLevel[],
): Promise<AuditedChange> {
  const { organizationId } = call;
  const change = await deps.thresholds.replacement(organizationId, target, levels);
  const own = levelChange(call, scopeText(target), change);
  if (percentPeriodsOf(levels).length === 0) return own;
  const [book] = await deps.budgets.readBooks(organizationId, [canonicalScope(target)]);
  if (!book) throw new Error('the store answers each scope that it is asked for');
  const faults = await faultsOfPercentages(deps, call, book, levels);
  if (faults.length > 0) throw invalidFields(faults);
  // A budget that is removed meanwhile must not leave percentages of nothing.
  return { ...own, writes: [...own.writes, deps.budgets.bookCheck(organizationId, book)] };
}

const budgetText = ({ period, ...ref }: BudgetRef): string =>
  budgetIdOf({ ...canonicalScope(ref), period });

function scopeText(ref: ScopeRef): string {
  const { scope, scopeId } = canonicalScope(ref);
  return `${scope}/${scopeId}`;
}
