import type { Call } from '../../domain/access/caller.ts';
import { limitOf } from '../../domain/ledger/adjustments.ts';
import {
  balanceRefIn,
  type Budget,
  type BudgetBook,
  budgetIdOf,
  lanesOf,
  lanesWanted,
  spansOfChange,
} from '../../domain/ledger/budget.ts';
import { inRuns } from '../../domain/ledger/session-run.ts';
import { type LimitChange, limitChanges } from '../../domain/ledger/limit-changes.ts';
import { formatUsd } from '../../domain/money.ts';
import type { Period } from '../../domain/periods.ts';
import type { ScopeRef } from '../../domain/scopes.ts';
import type { AuditedChange, AuditLog } from '../../tables/audit-log/audit-log.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { type BudgetStore, bookWrites } from '../../tables/ledger/budgets.ts';
import { callMoneyBack } from './call-money-back.ts';
import type { RoomDeps } from './make-room.ts';

export type ChangeDeps = RoomDeps & { budgets: BudgetStore; audit: Pick<AuditLog, 'change'> };

/** A budget, identified by the canonical ID of its scope. */
export type Target = ScopeRef & { period: Period };

/** The budget settings that people choose. */
export type Settings = Pick<
  Budget,
  | 'spelling'
  | 'limitNanoUsd'
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
  const next = (before: Budget | undefined): Budget => ({
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
      before: replaced.before && auditFacts(replaced.before),
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
 * @returns the result of `read`
 */
export async function removeBudget<Standing>(
  deps: ChangeDeps,
  call: Call,
  target: Target,
  read: () => Promise<Standing>,
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
    return { last: await read(), entries: [entry], writes };
  });
  return last;
}

type Replacement<After> = {
  before: Budget | undefined;
  after: After;
  lanes: number;
  writes: TransactionWrite[];
};

/** Replaces one budget of a book and adjusts the open balances that it reaches. */
async function replacement<After extends Budget | undefined>(
  { budgets }: ChangeDeps,
  { organizationId, nowMs }: Call,
  { scope, scopeId, period }: Target,
  next: (before: Budget | undefined) => After,
): Promise<Replacement<After>> {
  const [book] = await budgets.readBooks(organizationId, [{ scope, scopeId }]);
  const before = book?.[period];
  const after = inRuns(next(before), before, nowMs);
  const lanesBefore = book?.lanes?.[period] ?? 1;
  const lanes = after ? Math.max(lanesBefore, lanesWanted(after)) : lanesBefore;
  const changed: BudgetBook = {
    ...book,
    scope,
    scopeId,
    [period]: after,
    lanes: { ...book?.lanes, [period]: lanes },
    version: (book?.version ?? 0) + 1,
  };
  const changes: LimitChange[] = [];
  if (after) {
    for (const span of spansOfChange(after, nowMs)) {
      const refs = lanesOf(balanceRefIn(after, span), lanes);
      const balances = await budgets.readBalances(organizationId, refs);
      changes.push(...limitChanges(refs, balances, limitOf(after, span, nowMs)));
    }
  }
  return { before, after, lanes, writes: bookWrites(organizationId, changed, changes) };
}

const auditFacts = (settings: Settings) => ({
  limitUsd: formatUsd(settings.limitNanoUsd),
  timeZone: settings.timeZone,
  enforcement: settings.enforcement,
  mode: settings.mode,
  peakRequestsPerSecond: settings.peakRequestsPerSecond,
  onExpiry: settings.onExpiry,
  idleSeconds: settings.idleSeconds,
});
