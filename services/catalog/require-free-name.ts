import type { OrganizationCall } from '../../domain/access/caller.ts';
import { isInForce } from '../../domain/controls/control.ts';
import { budgetIdOf, budgetsIn } from '../../domain/ledger/budget.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { ControlStore } from '../../tables/auto-control-config.ts';
import type { CostThresholdStore } from '../../tables/cost-thresholds.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { conflict } from '../errors.ts';

/** What can be set for a model. */
export type LimitReaders = {
  budgets: Pick<BudgetStore, 'readBooks'>;
  thresholds: Pick<CostThresholdStore, 'getMany'>;
  controls: Pick<ControlStore, 'getMany'>;
};

/**
 * Refuses to let a name stand for another model while it has budgets, levels or a control of its own:
 * they would limit nothing from then on.
 * @throws ServiceError `conflict` naming what is set, and the model to set it for
 */
export async function requireFreeName(
  readers: LimitReaders,
  call: OrganizationCall,
  { name, sameAs }: { name: string; sameAs: string },
): Promise<void> {
  const ref = canonicalScope({ scope: 'model', scopeId: name });
  const set = await settingsOf(readers, call, ref);
  if (set.length === 0) return;
  const model = canonicalScope({ scope: 'model', scopeId: sameAs }).scopeId;
  throw conflict(
    `sameAs: ${set.join(', ')} would limit nothing, because requests for ${name} would count as ` +
      `requests for ${model}. Remove what is set for ${name}, and set it for model/${model}.`,
    [{ field: 'sameAs', message: `needs a name without ${set.join(', ')}` }],
  );
}

async function settingsOf(
  { budgets, thresholds, controls }: LimitReaders,
  { organizationId, nowMs }: OrganizationCall,
  ref: ScopeRef,
): Promise<string[]> {
  const [[book], [levels], [control]] = await Promise.all([
    budgets.readBooks(organizationId, [ref]),
    thresholds.getMany(organizationId, [ref]),
    controls.getMany(organizationId, [ref], { consistent: true }),
  ]);
  const inForce = [control?.state.automatic, control?.state.manual];
  return [
    ...(book ? budgetsIn(book) : []).map((budget) => `budget ${budgetIdOf(budget)}`),
    ...(levels?.levels?.length ? [`levels of model/${ref.scopeId}`] : []),
    ...(inForce.some((each) => isInForce(each, nowMs))
      ? [`a control of model/${ref.scopeId}`]
      : []),
  ];
}
