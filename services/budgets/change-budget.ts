import type { Call } from '../../domain/access/caller.ts';
import { type Budget, budgetIdOf } from '../../domain/ledger/budget.ts';
import { formatUsd } from '../../domain/money.ts';
import type { AuditedChange, AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { BudgetStore } from '../../tables/ledger/budgets.ts';
import { callMoneyBack } from './call-money-back.ts';
import type { RoomDeps } from './make-room.ts';
import { type Predecessor, replacement, type Target } from './replace-budget.ts';

export type ChangeDeps = RoomDeps & { budgets: BudgetStore; audit: Pick<AuditLog, 'change'> };

/** The budget settings that people choose. */
export type Settings = Pick<
  Budget,
  | 'spelling'
  | 'limitNanoUsd'
  | 'countLimits'
  | 'timeZone'
  | 'enforcement'
  | 'mode'
  | 'peakRequestsPerSecond'
  | 'onExpiry'
  | 'idleSeconds'
>;

/**
 * Sets a budget and adjusts its balances.
 * @param also changes that must take effect in the same transaction
 * @throws ServiceError `unavailable` if others keep moving its money; the budget is then in force,
 *   and setting it again completes the adjustment
 */
export async function putBudget(
  deps: ChangeDeps,
  call: Call,
  { target, settings }: { target: Target; settings: Settings },
  also: () => Promise<AuditedChange>,
): Promise<void> {
  const { organizationId, actor, nowMs } = call;
  const next = ({ before }: Predecessor): Budget => ({
    ...target,
    ...settings,
    createdAtMs: before?.createdAtMs ?? nowMs,
    updatedAtMs: nowMs,
  });
  const { after, lanes } = await deps.audit.change(async () => {
    const [replaced, further] = await Promise.all([replacement(deps, call, target, next), also()]);
    const entry = {
      organizationId,
      actor,
      action: 'budget.put',
      target: budgetIdOf(target),
      before: replaced.before && { ...auditFacts(replaced.before), ...sourceOf(replaced.before) },
      after: auditFacts(settings),
      atMs: nowMs,
    };
    return {
      ...replaced,
      entries: [entry, ...further.entries],
      writes: [...replaced.writes, ...further.writes],
    };
  });
  await callMoneyBack(deps, call, { ...after, lanes });
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
    const { before, writes } = await replacement(deps, call, target, () => undefined);
    const entry = {
      organizationId,
      actor,
      action: 'budget.delete',
      target: budgetIdOf(target),
      before: before && auditFacts(before),
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

const auditFacts = (settings: Settings) => ({
  limitUsd: settings.limitNanoUsd === undefined ? undefined : formatUsd(settings.limitNanoUsd),
  limitRequests: settings.countLimits?.requests,
  limitTokens: settings.countLimits?.tokens,
  timeZone: settings.timeZone,
  enforcement: settings.enforcement,
  mode: settings.mode,
  peakRequestsPerSecond: settings.peakRequestsPerSecond,
  onExpiry: settings.onExpiry,
  idleSeconds: settings.idleSeconds,
});

/** To set a default budget on the scope itself is a change, even with the same settings. */
const sourceOf = ({ source }: Budget): { source?: string } =>
  source ? { source: source.owner } : {};
