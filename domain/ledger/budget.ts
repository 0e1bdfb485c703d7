import { NANO_PER_USD, type NanoUsd } from '../money.ts';
import { PERIODS, type Period, type PeriodSpan } from '../periods.ts';
import { isScope, type ScopeRef, shownId, type SpelledScope } from '../scopes.ts';
import type { Adjustment } from './adjustments.ts';
import { type BudgetCalendar, type Calendared, periodFollowing, periodOf } from './calendar.ts';
import { type Counters, type CountLimits, untouchedCounters } from './counts.ts';
import { lanesFor, walletLanesFor } from './lanes.ts';

export const ENFORCEMENTS = ['observe', 'warn', 'enforce'] as const;
/**
 * `enforce` refuses requests that do not fit. `warn` records them and adds a warning; `observe`
 * only records them.
 */
export type Enforcement = (typeof ENFORCEMENTS)[number];

export const BUDGET_MODES = ['exact', 'escrow'] as const;
/**
 * `exact` changes the balance with every request. `escrow` lends money to wallets, and requests
 * change those.
 */
export type BudgetMode = (typeof BUDGET_MODES)[number];

export const EXPIRY_POLICIES = ['presume', 'release'] as const;
/** What an expired reservation counts as: spent in full, or never made. */
export type ExpiryPolicy = (typeof EXPIRY_POLICIES)[number];

/**
 * Limits what one scope may spend or reserve in each period of its calendar. `limitOf` gives the
 * limit of one period, adjustments included.
 */
export type Budget = SpelledScope &
  BudgetCalendar & {
    period: Period;
    /** Absent if the budget limits only requests or tokens; its balances then have a limit of 0. */
    limitNanoUsd?: NanoUsd | undefined;
    /** What it allows in requests or tokens; absent if it limits only money. Never lent or split. */
    countLimits?: CountLimits | undefined;
    enforcement: Enforcement;
    /** The owner's choice. If absent, `modeOf` decides. */
    mode?: BudgetMode | undefined;
    /** The peak rate that the owner expects; it determines the number of lanes. */
    peakRequestsPerSecond?: number | undefined;
    /** Defaults to `presume`. */
    onExpiry?: ExpiryPolicy | undefined;
    /** How many balances each period is split into. Defaults to 1 and never decreases. */
    lanes?: number | undefined;
    /** Changes of the limit for a time or for one period. */
    adjustments?: readonly Adjustment[] | undefined;
    /** At most this much of what a period leaves goes to the next one. Nothing does if absent. */
    rolloverCapNanoUsd?: NanoUsd | undefined;
    /** Which default it comes from; absent if it was set on the scope itself. */
    source?: BudgetSource | undefined;
    /** When the runs of a session began, in order; only a session has them. */
    runs?: readonly number[] | undefined;
    /** A run of a session closes after it was idle for so long. */
    idleSeconds?: number | undefined;
    /** What every period left that ended until then was rolled over. Epoch ms. */
    rolledUntilMs?: number | undefined;
    createdAtMs: number;
    updatedAtMs: number;
  };

/** Which rule for members a budget comes from (`organization/acme`), and at which version. */
export type BudgetSource = { owner: string; version: number };

/** Whom a session belongs to: the principals of its first request. */
export type SessionOwner = { userId: string; departmentId?: string | undefined; system: string };

/** By which periods a removed budget counted; `runs` are those of a session. */
export type FormerCalendar = BudgetCalendar & Pick<Budget, 'runs'>;

/** All budgets of one scope. `version` counts their changes; 0 means none was ever set. */
export type BudgetBook = ScopeRef &
  Partial<Record<Period, Budget>> & {
    /** The calendars of removed budgets, so that their periods keep their meaning. */
    calendars?: Partial<Record<Period, FormerCalendar>> | undefined;
    /** Whom a session belongs to, from its first request on. */
    owner?: SessionOwner | undefined;
    /** The largest number of lanes ever used, kept even after a budget is removed. */
    lanes?: Partial<Record<Period, number>> | undefined;
    version: number;
  };

/** One budget in one calendar period, or one of its lanes. `lane` defaults to 0. */
export type BalanceRef = ScopeRef & {
  period: Period;
  periodKey: string;
  lane?: number | undefined;
};

/**
 * The money of one budget, or one of its lanes, in one period. Conservation law: `limit = headroom
 * + reserved + settled + lent`. Headroom goes negative only after an overrun, after the limit was
 * lowered, or if the budget does not enforce.
 */
export type Balance = {
  limitNanoUsd: NanoUsd;
  headroomNanoUsd: NanoUsd;
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
  /** Money in wallets: idle, held for open reservations, or spent and not yet returned. */
  lentNanoUsd: NanoUsd;
  /**
   * Counts borrowing, so that after visiting all wallets you can tell whether one has borrowed
   * since.
   */
  borrows: number;
  /** True if no wallet has idle money of this balance. */
  isDrawnIn: boolean;
  /** When a request of a session last held or settled money; absent in other balances. */
  lastUsedAtMs?: number | undefined;
  /** Present once the budget limited requests or tokens in this period. */
  counters?: Counters | undefined;
  /**
   * When a hold ends that was made while nothing else was held. A hint: the hold may have ended
   * early, and every other hold was made after it.
   */
  holdEndsAtMs?: number | undefined;
};

/** One lane's balance as of its last read. */
export type Home = { ref: BalanceRef; balance: Balance };

/**
 * A budget, its current period, and the period's money as far as it was read: the sum of the lanes
 * plus the idle money in the reader's own wallet.
 */
export type BudgetStanding = {
  budget: Budget;
  span: PeriodSpan;
  balance: Balance;
  /** The lane that holds the reader's money. */
  home: Home;
  /** Every lane that was read, including `home`. */
  lanes: Home[];
  /** True if all lanes were read for this decision. Otherwise the values may be a moment old. */
  isFresh: boolean;
  /** What the request's workflow holds of it. So much needs no headroom. */
  drawableNanoUsd?: NanoUsd | undefined;
};

/** By default, shared budgets with at least this limit lend to wallets. */
export const ESCROW_FROM_NANO_USD = 1_000n * NANO_PER_USD;
/** At higher rates, writes to a single balance conflict too often (docs/hot-budget.md). */
const EXACT_UP_TO_PER_SECOND = 20;

/**
 * The owner's choice, or by default `escrow` for busy budgets and for large shared ones. What counts
 * requests or tokens is exact.
 */
export function modeOf(budget: Budget): BudgetMode {
  // Its last use is kept in its balance, so every request must reach that.
  if (budget.scope === 'session') return 'exact';
  if (budget.countLimits) return 'exact';
  if (budget.mode !== undefined) return budget.mode;
  if ((budget.peakRequestsPerSecond ?? 0) > EXACT_UP_TO_PER_SECOND) return 'escrow';
  const isShared = budget.scope !== 'user';
  return isShared && (budget.limitNanoUsd ?? 0n) >= ESCROW_FROM_NANO_USD ? 'escrow' : 'exact';
}

/** Whether a wallet holds requests under these budgets, which is so if any of them lends. */
export const heldByWallet = (budgets: Budget[]): boolean =>
  budgets.some((budget) => modeOf(budget) === 'escrow');

/**
 * Whether a wallet, once in use, borrows from this budget. A user's own budget has no other
 * borrower, so it lends unless its owner chose `exact`.
 */
export const isLent = (budget: Budget): boolean =>
  modeOf(budget) === 'escrow' ||
  (budget.scope === 'user' && budget.mode !== 'exact' && !budget.countLimits);

/** Whether requests that cost more than is left are refused. */
export const limitsMoney = ({ enforcement, limitNanoUsd }: Budget): boolean =>
  enforcement === 'enforce' && limitNanoUsd !== undefined;

/** How many lanes a budget's periods should have. */
export function lanesWanted(budget: Budget): number {
  if (modeOf(budget) === 'exact') return 1;
  const peak = budget.peakRequestsPerSecond ?? 0;
  return budget.scope === 'user' ? walletLanesFor(peak) : lanesFor(peak);
}

/** `user/ada/daily`: identifies a budget in responses and in its URL. */
export const budgetIdOf = (budget: ScopeRef & { period: Period }): string =>
  `${budget.scope}/${budget.scopeId}/${budget.period}`;

/** Like `budgetIdOf`, with the scope's id spelled as people last wrote it. */
export const spelledBudgetIdOf = (budget: Budget): string =>
  budgetIdOf({ ...budget, scopeId: shownId(budget) });

/**
 * `user/ada/daily/2026-11-21`, or `user/ada/daily/2026-11-21~3` for lane 3. A reservation stores
 * these names of the balances that hold it.
 */
export const balanceNameOf = (ref: BalanceRef): string =>
  `${budgetIdOf(ref)}/${ref.periodKey}${ref.lane ? `~${ref.lane}` : ''}`;

/** The inverse of `balanceNameOf`. @throws Error if the text is not the name of a balance */
export function parseBalanceName(name: string): BalanceRef {
  const parts = name.split('/');
  const [scope, period] = [parts[0], parts.at(-2)];
  const [periodKey, lane] = parts.at(-1)?.split('~') ?? [];
  const scopeId = parts.slice(1, -2).join('/');
  if (!isScope(scope) || !PERIODS.includes(period as Period) || !periodKey || !scopeId) {
    throw new Error(`not the name of a balance: ${name}`);
  }
  return {
    scope,
    scopeId,
    period: period as Period,
    periodKey,
    ...(lane === undefined ? {} : { lane: Number(lane) }),
  };
}

/** The budgets that are set in a book. */
export const budgetsIn = (book: BudgetBook | undefined): Budget[] =>
  PERIODS.flatMap((period) => book?.[period] ?? []);

/** The balance that a budget uses in one of its periods. */
export function balanceRefIn(
  { scope, scopeId, period }: ScopeRef & { period: Period },
  { key }: PeriodSpan,
): BalanceRef {
  return { scope, scopeId, period, periodKey: key };
}

/** The balance that a budget uses at a given time. */
export const balanceRefAt = (budget: Budget, atMs: number): BalanceRef =>
  balanceRefIn(budget, periodOf(budget, atMs));

/**
 * The periods that a limit change must reach: the current one and the next one, which a caller
 * whose clock runs ahead may have opened already.
 */
export function spansOfChange(budget: Calendared, atMs: number): PeriodSpan[] {
  const span = periodOf(budget, atMs);
  const next = periodFollowing(budget, span);
  return next ? [span, next] : [span];
}

/** Whether any wallet may have idle money of a balance. */
export const mayHaveIdle = ({ balance }: Home): boolean =>
  balance.lentNanoUsd > 0n && !balance.isDrawnIn;

/** The balance of a period in which nothing has happened yet. */
export const untouchedBalance = (limitNanoUsd: NanoUsd, countLimits?: CountLimits): Balance => ({
  limitNanoUsd,
  headroomNanoUsd: limitNanoUsd,
  reservedNanoUsd: 0n,
  settledNanoUsd: 0n,
  lentNanoUsd: 0n,
  borrows: 0,
  isDrawnIn: false,
  ...(countLimits ? { counters: untouchedCounters(countLimits) } : {}),
});

/** All lanes of one balance. */
export const lanesOf = (ref: BalanceRef, lanes: number | undefined): BalanceRef[] =>
  Array.from({ length: lanes ?? 1 }, (_, lane) => (lane === 0 ? ref : { ...ref, lane }));

/** Splits an amount across lanes. The first lane gets the remainder. */
export function sharesOf(amountNanoUsd: NanoUsd, lanes: number): NanoUsd[] {
  const each = amountNanoUsd / BigInt(lanes);
  const rest = amountNanoUsd - each * BigInt(lanes);
  return Array.from({ length: lanes }, (_, lane) => (lane === 0 ? each + rest : each));
}

/** Adds a budget's lanes up to one balance. */
export function sumOfBalances(balances: Balance[]): Balance {
  const [first, ...others] = balances;
  if (!first) throw new Error('a balance must have at least one lane');
  return others.reduce(
    (sum, balance) => ({
      limitNanoUsd: sum.limitNanoUsd + balance.limitNanoUsd,
      headroomNanoUsd: sum.headroomNanoUsd + balance.headroomNanoUsd,
      reservedNanoUsd: sum.reservedNanoUsd + balance.reservedNanoUsd,
      settledNanoUsd: sum.settledNanoUsd + balance.settledNanoUsd,
      lentNanoUsd: sum.lentNanoUsd + balance.lentNanoUsd,
      borrows: sum.borrows + balance.borrows,
      isDrawnIn: sum.isDrawnIn && balance.isDrawnIn,
    }),
    first,
  );
}
