import {
  balanceNameOf,
  balanceRefAt,
  type Budget,
  type BudgetBook,
  budgetIdOf,
  budgetsIn,
  spansOfChange,
} from '../../domain/ledger/budget.ts';
import { countLimitsOf, limitOf, overdueAdjustments } from '../../domain/ledger/adjustments.ts';
import { periodOf } from '../../domain/ledger/calendar.ts';
import { COUNT_UNITS, type CountLimits, type CountUnit } from '../../domain/ledger/counts.ts';
import { PERIODS } from '../../domain/periods.ts';
import { type Principals, scopesOf } from '../../domain/scopes.ts';
import { TAG } from './spender.ts';
import type { Accounts, Whole } from './audited-accounts.ts';

/** Longer than any request or late write takes, so everyone has seen older changes. */
export const SEEN_BY_ALL_MS = 25_000;

export type Books = ReturnType<typeof createBooks>;

/** All current budgets, with the times of their last changes. */
export function createBooks(now: () => number, skewMs: number) {
  const books = new Map<string, BudgetBook>();
  /** When a budget was last created, deleted, or changed in more than its limit. */
  const changedAtMs = new Map<string, number>();

  const all = (): Budget[] => [...books.values()].flatMap(budgetsIn);

  return {
    /** @returns the book before */
    see(book: BudgetBook): BudgetBook | undefined {
      const scope = `${book.scope}/${book.scopeId}`;
      const before = books.get(scope);
      books.set(scope, book);
      for (const period of PERIODS) {
        if (isAlike(before?.[period], book[period])) continue;
        changedAtMs.set(`${scope}/${period}`, now());
      }
      return before;
    },

    /** The current budgets that a request touches. */
    applyingTo: (principals: Principals): Budget[] =>
      scopesOf({ ...principals, listedTags: [TAG] }).flatMap(({ scope, scopeId }) =>
        budgetsIn(books.get(`${scope}/${scopeId}`)),
      ),

    /** Whether everyone who decides now has seen the budget's current state, or its deletion. */
    isSeen: (budgetId: string): boolean =>
      now() - (changedAtMs.get(budgetId) ?? 0) > SEEN_BY_ALL_MS,

    /** The budget of a balance, if it is set. */
    budgetOf: (wholeName: string): Budget | undefined =>
      all().find((budget) => wholeName.startsWith(`${budgetIdOf(budget)}/`)),

    /** Balances of this period and the next whose limit differs from their budget's. */
    unlike(accounts: Accounts): string[] {
      return all().flatMap((budget) => {
        const isTurning = periodOf(budget, now()).key !== periodOf(budget, now() + skewMs).key;
        // Until somebody reads the budget, an override that has ended may be in its balances.
        const isEnding = overdueAdjustments(budget, now() + skewMs).length > 0;
        return spansOfChange(budget, now()).flatMap((span) => {
          const whole = accounts.whole(`${budgetIdOf(budget)}/${span.key}`);
          const limitNanoUsd = limitOf(budget, span, now());
          if (!whole || isTurning || isEnding) return [];
          const unit = unlikeUnit(whole, countLimitsOf(budget, span, now()));
          if (whole.limitNanoUsd === limitNanoUsd && unit === undefined) return [];
          return [`${whole.name} ${unit ?? whole.limitNanoUsd}`];
        });
      });
    },
  };
}

/** The unit in which a balance counts up to another limit than its budget allows, if there is one. */
function unlikeUnit({ lanes }: Whole, limits: CountLimits = {}): CountUnit | undefined {
  const counters = lanes[0]?.balance.counters;
  return COUNT_UNITS.find(
    (unit) => counters && limits[unit] !== undefined && counters[unit].limit !== limits[unit],
  );
}

/** A budget's balance at a given time, all lanes together. */
export const wholeNameAt = (budget: Budget, atMs: number): string =>
  balanceNameOf(balanceRefAt(budget, atMs));

const isAlike = (was: Budget | undefined, is: Budget | undefined): boolean =>
  was?.timeZone === is?.timeZone &&
  was?.calendarChanges?.at(-1)?.fromMs === is?.calendarChanges?.at(-1)?.fromMs &&
  was?.runs?.at(-1) === is?.runs?.at(-1) &&
  COUNT_UNITS.every((unit) => isLimited(was, unit) === isLimited(is, unit)) &&
  was?.enforcement === is?.enforcement &&
  was?.onExpiry === is?.onExpiry &&
  (was?.limitNanoUsd === undefined) === (is?.limitNanoUsd === undefined);

const isLimited = (budget: Budget | undefined, unit: CountUnit): boolean =>
  budget?.countLimits?.[unit] !== undefined;
