import type { Telemetry } from '../../contracts/telemetry.ts';
import {
  type ControlChange,
  effectiveControl,
  nextAutomatic,
} from '../../domain/controls/control.ts';
import type { ScopeSpend } from '../../domain/controls/breaches.ts';
import type { Restriction } from '../../domain/controls/restriction.ts';
import { wantedRestriction } from '../../domain/controls/wanted-restriction.ts';
import { budgetsIn } from '../../domain/ledger/budget.ts';
import { canonicalScope } from '../../domain/scopes.ts';
import type { AuditLog } from '../../tables/audit-log.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { BudgetStore } from '../../tables/ledger-budgets.ts';
import { changeControl } from './change-control.ts';
import type { WatchedScope } from './scope-spend.ts';

export type AdjustDeps = {
  controls: Pick<ControlStore, 'getMany' | 'change'>;
  budgets: Pick<BudgetStore, 'readStandings'>;
  audit: Pick<AuditLog, 'record'>;
  telemetry: Telemetry;
};

export type Adjusted = { inForce?: Restriction | undefined; change?: ControlChange | undefined };

const ATTEMPTS = 5;

/**
 * Brings the automatic control of a scope in line with what it spent. Nothing is read where the spend
 * calls for nothing, unless the scope may be under a control that has to end.
 */
export async function adjustControl(
  deps: AdjustDeps,
  organizationId: string,
  { scope, scopeId, source, levels }: WatchedScope,
  spends: readonly ScopeSpend[],
  mayBeControlled: boolean,
  nowMs: number,
): Promise<Adjusted> {
  const current = spends.filter(({ endsAtMs }) => nowMs < endsAtMs);
  let wanted = wantedRestriction(current, levels);
  let held = wantedRestriction(current, levels, true);
  if (!held && !mayBeControlled) return {};
  const target = canonicalScope({ scope, scopeId });
  // Whoever gave a scope a budget has said what it may spend; built-in levels then only tell.
  if (held && source === 'builtin' && (await hasEnforcingBudget(deps, organizationId, target))) {
    wanted = held = undefined;
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
    const [stored] = await deps.controls.getMany(organizationId, [target], { consistent: true });
    if (!stored) break;
    const change = nextAutomatic(target, stored.state, { wanted, held }, nowMs);
    if (!change) return { inForce: effectiveControl(stored.state, nowMs)?.restriction };
    if (await changeControl(deps, organizationId, stored, change, 'automatic', nowMs)) {
      return { inForce: effectiveControl(change.next, nowMs)?.restriction, change };
    }
  }
  deps.telemetry.warn('CONTROL_CONFLICT', { organizationId, ...target });
  return {};
}

async function hasEnforcingBudget(
  { budgets }: AdjustDeps,
  organizationId: string,
  target: { scope: WatchedScope['scope']; scopeId: string },
): Promise<boolean> {
  const { books } = await budgets.readStandings(organizationId, [target], []);
  return books.some((book) => budgetsIn(book).some(({ enforcement }) => enforcement === 'enforce'));
}
