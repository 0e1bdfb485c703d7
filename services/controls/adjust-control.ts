import type { Telemetry } from '../../contracts/telemetry.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import {
  type ControlChange,
  effectiveControl,
  nextAutomatic,
  type SpendVerdict,
} from '../../domain/controls/control.ts';
import type { ScopeSpend } from '../../domain/controls/breaches.ts';
import { withoutBuiltIn } from '../../domain/controls/levels-in-force.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { requiredRestrictions } from '../../domain/controls/required-restriction.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import type { ScopeRef, SpelledScope } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { changeControl } from './change-control.ts';
import type { WatchedScope } from './watched-levels.ts';

export type AdjustDeps = {
  controls: Pick<ControlStore, 'getToChange' | 'changeWrites'>;
  budgets: Pick<BudgetStore, 'readBooks'>;
  audit: Pick<AuditLog, 'change'>;
  telemetry: Telemetry;
};

/** A scope that may have an automatic control, and why it is looked at (`SpendVerdict`). */
export type ControlledScope = ScopeRef & Pick<SpendVerdict, 'isCorrected' | 'isLimitChanged'>;

/** The scope's restriction after the adjustment, and the changes made, in order. */
export type Adjusted = { inForce?: Restriction | undefined; changes: ControlChange[] };

/**
 * Adjusts a scope's automatic control to its spend. Reads nothing if the spend requires no control,
 * unless the scope may have one that must end.
 */
export async function adjustControl(
  deps: AdjustDeps,
  { organizationId, nowMs }: OrganizationCall,
  { levels: all, ...target }: WatchedScope & SpelledScope,
  {
    spends,
    controlled,
  }: { spends: readonly ScopeSpend[]; controlled: ControlledScope | undefined },
): Promise<Adjusted> {
  const current = spends.filter(({ endsAtMs }) => nowMs < endsAtMs);
  const changes: ControlChange[] = [];
  const isRequired = requiredRestrictions(current, all, true).length > 0;
  if (!isRequired && !controlled) return { changes };
  // A budget states what the scope may spend, so built-in levels then only alert.
  const own = withoutBuiltIn(all);
  const asksForBudget = isRequired && own.length < all.length;
  const isBudgeted = asksForBudget && (await hasEnforcingBudget(deps, organizationId, target));
  const levels = isBudgeted ? own : all;
  const verdict: SpendVerdict = {
    target: requiredRestrictions(current, levels),
    floor: requiredRestrictions(current, levels, true),
    isCorrected: controlled?.isCorrected,
    isLimitChanged: controlled?.isLimitChanged,
  };
  for (;;) {
    const request = { organizationId, target, by: 'automatic', nowMs };
    const { stored, change } = await changeControl(deps, request, ({ state }) =>
      nextAutomatic(target, state, verdict, nowMs),
    );
    const state = change?.next ?? stored.state;
    if (change) changes.push(change);
    // An expired control may need a successor.
    if (change?.change === 'expired') continue;
    return { inForce: effectiveControl(state, nowMs)?.restriction, changes };
  }
}

async function hasEnforcingBudget(
  { budgets }: AdjustDeps,
  organizationId: string,
  target: ScopeRef,
): Promise<boolean> {
  const books = await budgets.readBooks(organizationId, [target]);
  return books.some((book) => budgetsIn(book).some(({ enforcement }) => enforcement === 'enforce'));
}
