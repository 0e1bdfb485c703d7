import { type Budget, budgetIdOf, limitsMoney } from '../../domain/ledger/budget.ts';
import { COUNT_UNITS } from '../../domain/ledger/counts.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import { isWorkflow, sharedBalances } from '../../domain/ledger/workflow.ts';
import { type Account, type Accounts, overBound, wholeNameOf } from './audited-accounts.ts';
import { type Books, wholeNameAt } from './audited-books.ts';

type Deps = {
  accounts: Accounts;
  books: Books;
  skewMs: number;
  breaks: (law: string, facts: string) => void;
};

export type HoldAudit = ReturnType<typeof createHoldAudit>;

/** Checks what holds money: reservations and wallets, against the budgets that apply. */
export function createHoldAudit({ accounts, books, skewMs, breaks }: Deps) {
  function seeHeld(entry: Entry, budget: Budget): void {
    const wholeName = wholeNameAt(budget, entry.occurredAtMs);
    const isDrawn = sharedBalances(entry).map(wholeNameOf).includes(wholeName);
    const named = entry.balances.filter((name) => wholeNameOf(name) === wholeName);
    const isSeen = books.isSeen(budgetIdOf(budget));
    const [name] = named;
    if (isSeen && named.length !== 1) {
      breaks('every budget that applies holds a reservation', wholeName);
    }
    const account = name === undefined ? undefined : accounts.touch(name);
    if (!account) return;
    const isPresumed = budget.onExpiry !== 'release' && !isWorkflow(entry);
    if (isSeen && entry.isReleasedAtExpiry && isPresumed) {
      breaks('only what every budget wants released is released', wholeName);
    }
    if (isSeen && isOverCounted(account, budget)) {
      breaks(
        'a reservation fits in every limit of requests and tokens',
        `${name} ${entry.entryId}`,
      );
    }
    if (hasEndedOverride(budget, entry.occurredAtMs - 2 * skewMs)) {
      breaks('an override that has ended decides nothing', `${name} ${entry.entryId}`);
    }
    const { whole } = account;
    if (!isSeen || !limitsMoney(budget)) whole.isUnbound = true;
    else if (isOverdrawn(account)) {
      breaks('a reservation fits in every enforcing budget', `${name} ${entry.entryId}`);
    }
    // What a call draws had to fit when its workflow was opened.
    if (!whole.isUnbound && !isDrawn && overBound(whole) > 0n) {
      breaks('what had to fit is within the limit', `${name} ${entry.entryId}`);
    }
  }

  return {
    /** Every budget that applies must hold a new reservation, and have room for it. */
    seeReservation(entry: Entry): void {
      for (const budget of books.applyingTo(entry)) seeHeld(entry, budget);
    },

    /** A wallet may borrow for a future period that no reservation names yet. */
    seeBorrowing(account: Account): void {
      if (account.balance.borrows === account.before.borrows) return;
      const budget = books.budgetOf(account.whole.name);
      const isSeen = budget && books.isSeen(budgetIdOf(budget));
      if (!isSeen || !limitsMoney(budget)) account.whole.isUnbound = true;
      else if (isOverdrawn(account)) breaks('a wallet borrows what is there', account.name);
    },

    /** Another model served it than the one that was held: its budgets count what it cost. */
    seeMove(entry: Entry): void {
      for (const budget of books.applyingTo(entry)) {
        const wholeName = wholeNameAt(budget, entry.occurredAtMs);
        const isNamed = entry.balances.some((name) => wholeNameOf(name) === wholeName);
        const isSeen = books.isSeen(budgetIdOf(budget));
        if (budget.scope === 'model' && isSeen && !isNamed) {
          breaks('budgets of a model count what it served', `${wholeName} ${entry.entryId}`);
        }
      }
    },
  };
}

const isOverdrawn = ({ balance, before }: Account): boolean =>
  balance.headroomNanoUsd < 0n && balance.headroomNanoUsd < before.headroomNanoUsd;

const isOverCounted = ({ balance, before }: Account, budget: Budget): boolean =>
  COUNT_UNITS.some((unit) => {
    const { headroom = 0 } = balance.counters?.[unit] ?? {};
    const isLimited = budget.enforcement === 'enforce' && budget.countLimits?.[unit] !== undefined;
    return isLimited && headroom < 0 && headroom < (before.counters?.[unit].headroom ?? 0);
  });

/** Whether money of an override that ended before an instant is still in balances or wallets. */
const hasEndedOverride = ({ adjustments = [] }: Budget, atMs: number): boolean =>
  adjustments.some(({ untilMs = Infinity, end }) => untilMs <= atMs && end !== 'ended');
