import type { Call } from '../../domain/access/caller.ts';
import { type Budget, budgetIdOf } from '../../domain/ledger/budget.ts';
import {
  budgetAfter,
  type BudgetSettings,
  changedSettings,
  combinationFault,
  type SettingsChange,
  settingsFault,
  settingsOf,
} from '../../domain/ledger/budget-settings.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AuditedChange, AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { invalidField, notFound } from '../errors.ts';
import { callMoneyBack } from './call-money-back.ts';
import type { RoomDeps } from './make-room.ts';
import { replacement, type Target } from './replace-budget.ts';

export type ChangeDeps = RoomDeps & { budgets: BudgetStore; audit: Pick<AuditLog, 'change'> };

const NO_LIMIT = 'is missing; send it, or send limit with usd, requests or tokens';

/** A budget before and after a change. */
export type BudgetChange = { before: Budget | undefined; after: Budget };

/**
 * Creates a budget or changes some of its settings, and adjusts its balances.
 * @param mustExist whether only an existing budget may be changed
 * @param also changes that must take effect in the same transaction
 * @throws ServiceError `invalid-request` if a new budget has no limit or a setting does not apply to
 *   its period, `not-found` if it must exist and does not
 * @throws ServiceError `unavailable` if others keep moving its money; the budget is then in force,
 *   and setting it again completes the adjustment
 */
export async function putBudget(
  deps: ChangeDeps,
  call: Call,
  {
    target,
    settings: change,
    mustExist = false,
  }: { target: Target; settings: SettingsChange; mustExist?: boolean },
  also: () => Promise<AuditedChange>,
): Promise<BudgetChange> {
  const { organizationId, actor, nowMs } = call;
  const fault = settingsFault(target.period, change);
  if (fault) throw invalidField(fault.field, fault.message);
  const { before, after, lanes } = await deps.audit.change(async () => {
    const next = (predecessor: Parameters<typeof budgetAfter>[2]): Budget => {
      const last = predecessor.before;
      if (!last && mustExist) throw noBudget(target);
      const settings = changedSettings(last && settingsOf(last), change);
      if (!settings) throw invalidField('limitUsd', NO_LIMIT);
      const contradiction = combinationFault(change, settings);
      if (contradiction) throw invalidField(contradiction.field, contradiction.message);
      const spelling = change.spelling ?? last?.spelling;
      return budgetAfter(target, { ...settings, spelling }, predecessor, nowMs);
    };
    const [replaced, further] = await Promise.all([
      replacement(deps, call, target, { next }),
      also(),
    ]);
    const entry = {
      organizationId,
      actor,
      action: 'budget.put',
      target: budgetIdOf(target),
      before: replaced.before && {
        ...auditFacts(settingsOf(replaced.before)),
        ...sourceOf(replaced.before),
      },
      after: auditFacts(settingsOf(replaced.after)),
      atMs: nowMs,
    };
    return {
      ...replaced,
      entries: [entry, ...further.entries],
      writes: [...replaced.writes, ...further.writes],
    };
  });
  await callMoneyBack(deps, call, { ...after, lanes });
  return { before, after };
}

/**
 * Removes a budget.
 * @param read reads the budget before removal; throws if it does not exist
 * @param also changes that must take effect in the same transaction
 * @returns the result of `read`
 */
export async function removeBudget<Standing>(
  deps: ChangeDeps,
  call: Call,
  { target, read }: { target: Target; read: () => Promise<Standing> },
  also: () => Promise<AuditedChange>,
): Promise<Standing> {
  const { organizationId, actor, nowMs } = call;
  const { last } = await deps.audit.change(async () => {
    const { before, writes } = await replacement(deps, call, target, { next: () => undefined });
    const entry = {
      organizationId,
      actor,
      action: 'budget.delete',
      target: budgetIdOf(target),
      before: before && auditFacts(settingsOf(before)),
      atMs: nowMs,
    };
    const standing = await read();
    const further = await also();
    return {
      last: standing,
      entries: [entry, ...further.entries],
      writes: [...writes, ...further.writes],
    };
  });
  return last;
}

export const noBudget = (target: Target) => notFound(`Budget ${budgetIdOf(target)} was not found.`);

const auditFacts = ({
  limitNanoUsd,
  countLimits,
  rolloverCapNanoUsd,
  ...settings
}: BudgetSettings) => ({
  limitUsd: limitNanoUsd === undefined ? undefined : formatUsd(limitNanoUsd),
  limitRequests: countLimits?.requests,
  limitTokens: countLimits?.tokens,
  ...settings,
  rolloverCapUsd: rolloverCapNanoUsd === undefined ? undefined : formatUsd(rolloverCapNanoUsd),
});

/** To set a default budget on the scope itself is a change, even with the same settings. */
const sourceOf = ({ source }: Budget): { source?: string } =>
  source ? { source: source.owner } : {};
