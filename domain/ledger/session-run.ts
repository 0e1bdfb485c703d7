import type { PeriodSpan } from '../periods.ts';
import type { Balance, Budget, BudgetBook, SessionOwner } from './budget.ts';

/** How long a session may be idle if neither its budget nor a default says otherwise. */
export const DEFAULT_IDLE_SECONDS = 1_800;
/** A late usage event is charged to the run of its date if that is one of so many. */
const RUNS_KEPT = 8;
/** The owner of a session that begins with a request. */
export const sessionOwnerOf = ({ userId, departmentId, system }: SessionOwner): SessionOwner => ({
  userId,
  departmentId,
  system,
});

/** When a run closes unless it is used again; `undefined` while money is held in it. */
export const closesAtMs = (
  { idleSeconds = DEFAULT_IDLE_SECONDS }: Pick<Budget, 'idleSeconds'>,
  { startsAtMs }: PeriodSpan,
  { reservedNanoUsd, lastUsedAtMs = startsAtMs }: Balance,
): number | undefined => (reservedNanoUsd > 0n ? undefined : lastUsedAtMs + idleSeconds * 1_000);

/** Whether the next request begins a new run: the latest one was idle for too long. */
export function isRunOver(
  budget: Budget,
  span: PeriodSpan,
  balance: Balance,
  atMs: number,
): boolean {
  if (!budget.runs || Number.isFinite(span.endsAtMs)) return false;
  return atMs >= (closesAtMs(budget, span, balance) ?? Infinity);
}

/** A session's budget that is set goes on in the run that is open, or was when it was removed. */
export const inRuns = <Some extends Budget | undefined>(
  budget: Some,
  runs: Budget['runs'],
  nowMs: number,
): Some => (budget?.scope === 'session' ? { ...budget, runs: runs ?? [nowMs] } : budget);

/** The book of a session in which a new run begins. */
export const withNewRun = (book: BudgetBook, total: Budget, atMs: number): BudgetBook => ({
  ...book,
  total: { ...total, runs: [...(total.runs ?? []), atMs].slice(-RUNS_KEPT) },
  version: book.version + 1,
});
