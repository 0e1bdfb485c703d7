import type { Telemetry } from '../../contracts/telemetry.ts';
import type { OrganizationCall } from '../../domain/access/caller.ts';
import {
  type ControlChange,
  effectiveControl,
  nextAutomatic,
} from '../../domain/controls/control.ts';
import type { ScopeSpend } from '../../domain/controls/breaches.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { requiredRestriction } from '../../domain/controls/required-restriction.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import type { ScopeRef, SpelledScope } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { changeControl } from './change-control.ts';
import type { WatchedScope } from './scope-spend.ts';

export type AdjustDeps = {
  controls: Pick<ControlStore, 'getMany' | 'changeWrites'>;
  budgets: Pick<BudgetStore, 'readBooks'>;
  audit: Pick<AuditLog, 'change'>;
  telemetry: Telemetry;
};

/** A scope that may have an automatic control; `isCorrected` as in `SpendVerdict`. */
export type ControlledScope = ScopeRef & { isCorrected?: boolean | undefined };

/** The scope's restriction after the adjustment, and the changes made, in order. */
export type Adjusted = { inForce?: Restriction | undefined; changes: ControlChange[] };

/**
 * Adjusts a scope's automatic control to its spend. Reads nothing if the spend requires no control,
 * unless the scope may have one that must end.
 */
export async function adjustControl(
  deps: AdjustDeps,
  { organizationId, nowMs }: OrganizationCall,
  { source, levels, ...target }: WatchedScope & SpelledScope,
  {
    spends,
    controlled,
  }: { spends: readonly ScopeSpend[]; controlled: ControlledScope | undefined },
): Promise<Adjusted> {
  const current = spends.filter(({ endsAtMs }) => nowMs < endsAtMs);
  let targetRestriction = requiredRestriction(current, levels);
  let floor = requiredRestriction(current, levels, true);
  const changes: ControlChange[] = [];
  if (!floor && !controlled) return { changes };
  const isCorrected = controlled?.isCorrected;
  // A budget states what the scope may spend, so built-in levels then only alert.
  if (floor && source === 'builtin' && (await hasEnforcingBudget(deps, organizationId, target))) {
    targetRestriction = floor = undefined;
  }
  for (;;) {
    const asked = { organizationId, target, by: 'automatic', nowMs };
    const { stored, change } = await changeControl(deps, asked, ({ state }) =>
      nextAutomatic(target, state, { target: targetRestriction, floor, isCorrected }, nowMs),
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
