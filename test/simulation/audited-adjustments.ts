import { type Adjustment, limitOf } from '../../domain/ledger/adjustments.ts';
import { type Budget, type BudgetBook, budgetIdOf } from '../../domain/ledger/budget.ts';
import { periodOf, periodOfKey } from '../../domain/ledger/calendar.ts';
import { PERIODS } from '../../domain/periods.ts';
import type { Accounts, Whole } from './audited-accounts.ts';
import { SEEN_BY_ALL_MS } from './audited-books.ts';

type Clock = { now: () => number; skewMs: number };

/** Whether the limit of a new balance is one that its budget had in the period a moment ago. */
export function opensAlike(budget: Budget, whole: Whole, { now, skewMs }: Clock): boolean {
  const span = periodOfKey(budget, whole.name.split('/').at(-1) ?? '');
  if (!span || budget.runs) return true;
  return [now() - SEEN_BY_ALL_MS, now(), now() + skewMs].some(
    (atMs) => limitOf(budget, span, atMs) === whole.limitNanoUsd,
  );
}

/** The law that a change of a book's calendars and adjustments breaks, if any. */
export function brokenAdjustment(
  before: BudgetBook | undefined,
  after: BudgetBook,
  accounts: Accounts,
  clock: Clock,
): string | undefined {
  for (const period of PERIODS) {
    const [was, is] = [before?.[period], after[period]];
    if (!was || !is) continue;
    if (!was.runs && isMoved(was, is, clock)) return 'a new calendar begins with a later period';
    const earlier = new Set(was.adjustments?.map(({ adjustmentId }) => adjustmentId));
    const added = (is.adjustments ?? []).filter(({ adjustmentId }) => !earlier.has(adjustmentId));
    const rolled = added.filter(({ kind }) => kind === 'rollover');
    if (sumOf(rolled) !== 0n) return 'what leaves one period enters the next';
    for (const { kind, periodKey } of added) {
      if (kind !== 'reset') continue;
      const resets = is.adjustments?.filter((each) => isResetOf(each, periodKey)) ?? [];
      const charged = accounts.whole(`${budgetIdOf(is)}/${periodKey}`)?.mostChargedNanoUsd ?? 0n;
      if (sumOf(resets) > charged) return 'a reset gives back what was spent, and no more';
    }
  }
  return undefined;
}

/** Whether the period of this moment changes, by every clock. */
function isMoved(was: Budget, is: Budget, { now, skewMs }: Clock): boolean {
  const isSteady = periodOf(was, now() - skewMs).key === periodOf(was, now() + skewMs).key;
  return isSteady && periodOf(was, now()).key !== periodOf(is, now()).key;
}

const isResetOf = ({ kind, periodKey }: Adjustment, key: string | undefined): boolean =>
  kind === 'reset' && periodKey === key;

const sumOf = (adjustments: readonly Adjustment[]): bigint =>
  adjustments.reduce((sum, { addNanoUsd }) => sum + addNanoUsd, 0n);
