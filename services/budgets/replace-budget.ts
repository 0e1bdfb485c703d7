import type { OrganizationCall } from '../../domain/access/caller.ts';
import { countLimitsOf, limitOf, nextChangeMs } from '../../domain/ledger/adjustments.ts';
import {
  balanceRefIn,
  type Budget,
  type BudgetBook,
  type FormerCalendar,
  lanesOf,
  lanesWanted,
  spansOfChange,
} from '../../domain/ledger/budget.ts';
import type { Predecessor } from '../../domain/ledger/budget-settings.ts';
import { calendarOf } from '../../domain/ledger/calendar.ts';
import { inRuns } from '../../domain/ledger/session-run.ts';
import { type LimitChange, limitChanges } from '../../domain/ledger/limit-changes.ts';
import type { Period } from '../../domain/periods.ts';
import { canonicalScope, type ScopeRef } from '../../domain/scopes.ts';
import type { TransactionWrite } from '../../tables/dynamodb.ts';
import { type BudgetStore, bookWrites } from '../../tables/ledger/budgets.ts';
import { dueWrite } from '../../tables/ledger/due-changes.ts';
import { invalidField, type ServiceError } from '../errors.ts';

type Deps = { budgets: Pick<BudgetStore, 'readBooks' | 'readBalances'> };

/** A budget, identified by the canonical ID of its scope. */
export type Target = ScopeRef & { period: Period };

/** The target of a budget that is named in any form of its scope. */
export const canonicalTarget = ({ period, ...ref }: Target): Target => ({
  ...canonicalScope(ref),
  period,
});

/** A budget as it was and as it shall be, and the writes that replace it. */
export type Replacement<After> = {
  before: Budget | undefined;
  after: After;
  lanes: number;
  writes: TransactionWrite[];
};

type Step<After> = {
  /** Decides what the budget becomes; `undefined` removes it. */
  next: (predecessor: Predecessor) => After | Promise<After>;
  /** Changes of balances that `next` decided, in periods before the current one. */
  further?: () => readonly LimitChange[];
};

/**
 * Replaces one budget of a book as it stands now, and brings the open balances of this period and the
 * next in line. The writes fail if anything that `next` saw has changed.
 * @throws ServiceError `invalid-request` naming `limit` if it would count what several lanes use
 */
export async function replacement<After extends Budget | undefined>(
  deps: Deps,
  call: OrganizationCall,
  target: Target,
  { next, further = () => [] }: Step<After>,
): Promise<Replacement<After>> {
  const { organizationId, nowMs } = call;
  const { scope, scopeId, period } = target;
  const [book] = await deps.budgets.readBooks(organizationId, [{ scope, scopeId }]);
  const before = book?.[period];
  const formerCalendar = book?.calendars?.[period];
  const openings = await openingsOf(deps, call, target, before ?? formerCalendar);
  const openKeys = new Set(openings.flatMap(({ was, ref }) => (was ? [ref.periodKey] : [])));
  const runs = (before ?? formerCalendar)?.runs;
  const after = inRuns(await next({ before, formerCalendar, openKeys }), runs, nowMs);
  const lanesBefore = book?.lanes?.[period] ?? 1;
  const lanes = after ? Math.max(lanesBefore, lanesWanted(after)) : lanesBefore;
  const changed: BudgetBook = {
    ...book,
    scope,
    scopeId,
    [period]: after,
    lanes: { ...book?.lanes, [period]: lanes },
    calendars: formerCalendars(
      book,
      period,
      !after && before ? formerCalendarOf(before) : undefined,
    ),
    version: (book?.version ?? 0) + 1,
  };
  if (after?.countLimits && lanes > 1) throw isSplit(lanes);
  const changes = after ? await changesFor(deps, call, { ...after, lanes }, further()) : [];
  const isCovered = (key: string): boolean => changes.some(({ ref }) => ref.periodKey === key);
  if (after) {
    // A period that nothing had touched must still be untouched: a new calendar may begin before it.
    changes.push(...openings.filter(({ was, ref }) => !was && !isCovered(ref.periodKey)));
  }
  const dueMs = after && nextChangeMs(after);
  const isNewlyDue = dueMs !== undefined && dueMs !== (before && nextChangeMs(before));
  const writes = bookWrites(organizationId, changed, changes);
  if (isNewlyDue) writes.push(dueWrite({ organizationId, scope, scopeId, period, dueMs }));
  return { before, after, lanes, writes };
}

/** The calendars of removed budgets, after one of the periods got another. */
function formerCalendars(
  book: BudgetBook | undefined,
  period: Period,
  calendar: FormerCalendar | undefined,
): BudgetBook['calendars'] {
  if (!calendar && !book?.calendars?.[period]) return book?.calendars;
  return { ...book?.calendars, [period]: calendar };
}

const formerCalendarOf = (budget: Budget): FormerCalendar => ({
  ...calendarOf(budget),
  ...(budget.runs ? { runs: budget.runs } : {}),
});

/** Brings the balances of this period and the next in line with the limit. */
async function changesFor(
  { budgets }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  budget: Budget,
  further: readonly LimitChange[],
): Promise<LimitChange[]> {
  const changes = [...further];
  for (const span of spansOfChange(budget, nowMs)) {
    const refs = lanesOf(balanceRefIn(budget, span), budget.lanes);
    const balances = await budgets.readBalances(organizationId, refs);
    const counts = countLimitsOf(budget, span, nowMs);
    changes.push(...limitChanges(refs, balances, limitOf(budget, span, nowMs), counts));
  }
  return changes;
}

/** The first lane of the current period and of the next, by the calendar before a change. */
async function openingsOf(
  { budgets }: Deps,
  { organizationId, nowMs }: OrganizationCall,
  target: Target,
  calendar: FormerCalendar | undefined,
): Promise<LimitChange[]> {
  if (!calendar) return [];
  const spans = spansOfChange({ createdAtMs: 0, ...calendar, period: target.period }, nowMs);
  const refs = spans.map((span) => balanceRefIn(target, span));
  const balances = await budgets.readBalances(organizationId, refs);
  return refs.map((ref, position) => ({ ref, was: balances[position], limitNanoUsd: 0n }));
}

const isSplit = (lanes: number): ServiceError =>
  invalidField(
    'limit',
    `cannot limit requests or tokens: this budget is split into ${lanes} lanes, and it stays split`,
  );
