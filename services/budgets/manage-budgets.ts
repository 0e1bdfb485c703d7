import type { Call, OrganizationCall } from '../../domain/access/caller.ts';
import { type Budget, budgetsIn, type BudgetStanding } from '../../domain/ledger/budget.ts';
import type { SettingsChange } from '../../domain/ledger/budget-settings.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { AuditedChange } from '../../tables/audit-log/audit-log.ts';
import { invalidField } from '../errors.ts';
import { type ChangeDeps, noBudget, putBudget, removeBudget } from './change-budget.ts';
import { createPeriodReader } from './read-periods.ts';
import { canonicalTarget, type Target } from './replace-budget.ts';
import { createWholeStandings } from './whole-standings.ts';

const BOOKS_PER_READ = 30;

type PutOptions = {
  /** Changes that must take effect in the same transaction. */
  also?: (() => Promise<AuditedChange>) | undefined;
  /** Whether only an existing budget may be changed. */
  mustExist?: boolean | undefined;
};

/** Manages budgets. Changes take effect immediately and are audited. */
export function createBudgetManager(deps: ChangeDeps) {
  const whole = createWholeStandings(deps);

  async function standing(
    organizationId: string,
    asked: Target,
    nowMs: number,
  ): Promise<BudgetStanding> {
    const target = canonicalTarget(asked);
    const isAsked = ({ budget }: BudgetStanding): boolean => budget.period === target.period;
    const [answer] = await whole.read(organizationId, [target], nowMs, isAsked);
    if (!answer) throw noBudget(target);
    return answer;
  }

  return {
    standing,
    ...createPeriodReader(deps),

    /** Sets a budget, like `putBudget`. @throws ServiceError as it does */
    async put(
      call: Call,
      target: Target,
      settings: SettingsChange,
      { also = nothingElse, mustExist }: PutOptions = {},
    ): Promise<BudgetStanding & { before: Budget | undefined }> {
      if (target.scope === 'organization' && target.scopeId !== call.organizationId) {
        throw noBudget(target);
      }
      requireFitting(target, settings);
      const change = { target: canonicalTarget(target), settings, mustExist };
      const { before } = await putBudget(deps, call, change, also);
      return { ...(await standing(call.organizationId, target, call.nowMs)), before };
    },

    /** @throws ServiceError `not-found`, and what `also` throws to refuse */
    remove(
      call: Call,
      target: Target,
      also: () => Promise<AuditedChange> = nothingElse,
    ): Promise<BudgetStanding> {
      const read = () => standing(call.organizationId, target, call.nowMs);
      return removeBudget(deps, call, { target: canonicalTarget(target), read }, also);
    },

    /** One page of books, each budget with its standing. Never splits a book across pages. */
    async list(
      organizationId: string,
      page: { limit: number; after?: string | undefined },
      nowMs: number,
    ): Promise<{ standings: BudgetStanding[]; next?: string | undefined }> {
      const { books, next } = await deps.budgets.listBooks(organizationId, page);
      const refs = books.filter((book) => budgetsIn(book).length > 0);
      return { standings: await readInGroups(whole, { organizationId, nowMs }, refs), next };
    },

    /** The budgets of one scope. */
    listOfScope: (
      organizationId: string,
      ref: ScopeRef,
      nowMs: number,
    ): Promise<BudgetStanding[]> => whole.read(organizationId, [canonicalScope(ref)], nowMs),
  };
}

async function readInGroups(
  whole: ReturnType<typeof createWholeStandings>,
  { organizationId, nowMs }: OrganizationCall,
  refs: readonly ScopeRef[],
): Promise<BudgetStanding[]> {
  const standings: BudgetStanding[] = [];
  for (let from = 0; from < refs.length; from += BOOKS_PER_READ) {
    const group = refs.slice(from, from + BOOKS_PER_READ);
    standings.push(...(await whole.read(organizationId, group, nowMs)));
  }
  return standings;
}

/**
 * Refuses what a kind of scope has not: a session counts in runs instead of days, and every request
 * moves its balance; nothing else can be idle.
 * @throws ServiceError `invalid-request` naming the field
 */
function requireFitting({ scope, period }: Target, { mode, idleSeconds }: SettingsChange): void {
  if (scope !== 'session') {
    if (idleSeconds === undefined || idleSeconds === null) return;
    throw invalidField('idleSeconds', 'can be set for a session only');
  }
  if (period !== 'total') throw invalidField('period', 'must be total for a session');
  if (mode === 'escrow') throw invalidField('mode', 'must be exact for a session');
}

const nothingElse = (): Promise<AuditedChange> => Promise.resolve({ entries: [], writes: [] });
