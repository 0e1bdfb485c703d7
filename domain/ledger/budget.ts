import { NANO_PER_USD, type NanoUsd } from '../money.ts';
import { periodAt, periodAfter, PERIODS, type Period, type PeriodSpan } from '../periods.ts';
import { SCOPES, type Scope, type ScopeRef, shownId, type SpelledScope } from '../scopes.ts';
import { lanesFor, walletLanesFor } from './lanes.ts';

export const ENFORCEMENTS = ['observe', 'warn', 'enforce'] as const;
/** `enforce` refuses what does not fit; `warn` and `observe` only record, `warn` says so. */
export type Enforcement = (typeof ENFORCEMENTS)[number];

export const BUDGET_MODES = ['exact', 'escrow'] as const;
/** `exact` moves the balance with every request; `escrow` lends to wallets, which requests move. */
export type BudgetMode = (typeof BUDGET_MODES)[number];

export const EXPIRY_POLICIES = ['presume', 'release'] as const;
/** What an expired reservation counts as: spent in full, or not made at all. */
export type ExpiryPolicy = (typeof EXPIRY_POLICIES)[number];

/** A limit on spent plus reserved money of one scope in every calendar period of its time zone. */
export type Budget = SpelledScope & {
  period: Period;
  limitNanoUsd: NanoUsd;
  timeZone: string;
  enforcement: Enforcement;
  /** As chosen; `modeOf` decides where nothing was. */
  mode?: BudgetMode | undefined;
  /** What the owner expects at the most; lanes follow from it. */
  peakRequestsPerSecond?: number | undefined;
  /** `presume` where nothing was chosen. */
  onExpiry?: ExpiryPolicy | undefined;
  /** Into how many balances each period is split; 1 where absent. Never falls. */
  lanes?: number | undefined;
  createdAtMs: number;
  updatedAtMs: number;
};

/** All budgets of one scope. `version` counts their changes; 0 means none was ever set. */
export type BudgetBook = ScopeRef & {
  daily?: Budget | undefined;
  monthly?: Budget | undefined;
  /** The most lanes that a period's balances were ever split into, kept when a budget is removed. */
  lanes?: Partial<Record<Period, number>> | undefined;
  version: number;
};

/** One budget in one calendar period, or one lane of it; lane 0 where absent. */
export type BalanceRef = ScopeRef & {
  period: Period;
  periodKey: string;
  lane?: number | undefined;
};

/**
 * The money of one budget in one period, or of one lane of it. Conservation law:
 * `limit = headroom + reserved + settled + lent`; the headroom is negative only by an overrun, by a
 * lowered limit, or where the budget does not enforce.
 */
export type Balance = {
  limitNanoUsd: NanoUsd;
  headroomNanoUsd: NanoUsd;
  reservedNanoUsd: NanoUsd;
  settledNanoUsd: NanoUsd;
  /** In wallets: idle, held for open reservations, or spent and not brought home yet. */
  lentNanoUsd: NanoUsd;
  /** Counts what was borrowed, so that a visit to all wallets can tell that none borrowed since. */
  borrows: number;
  /** No wallet has idle money of this balance. */
  isDrawnIn: boolean;
};

/** A balance, or one of its lanes, as it was read. */
export type Home = { ref: BalanceRef; balance: Balance };

/**
 * A budget, the period it is in, and that period's money as far as it was read: the lanes together
 * and what the reader's own wallet has idle.
 */
export type BudgetStanding = {
  budget: Budget;
  span: PeriodSpan;
  balance: Balance;
  /** The lane that the reader holds its money in. */
  home: Home;
  /** Every lane that was read, `home` among them. */
  lanes: Home[];
  /** Read for this decision, and all lanes of it; otherwise remembered for a short while. */
  isFresh: boolean;
};

/** From this limit on a shared budget lends to wallets unless another mode was chosen. */
export const ESCROW_FROM_NANO_USD = 1_000n * NANO_PER_USD;
/** Above this a single balance suffers from conflicts (docs/hot-budget.md). */
const EXACT_UP_TO_PER_SECOND = 20;

/** The mode chosen, or else `escrow` for what is large or busy and shared. */
export function modeOf(budget: Budget): BudgetMode {
  if (budget.mode !== undefined) return budget.mode;
  if ((budget.peakRequestsPerSecond ?? 0) > EXACT_UP_TO_PER_SECOND) return 'escrow';
  const isShared = budget.scope !== 'user';
  return isShared && budget.limitNanoUsd >= ESCROW_FROM_NANO_USD ? 'escrow' : 'exact';
}

/** Whether requests under these budgets are held by a wallet: any of them lends. */
export const heldByWallet = (budgets: Budget[]): boolean =>
  budgets.some((budget) => modeOf(budget) === 'escrow');

/**
 * Whether a wallet borrows from this budget, given that a wallet is in use. A user's own budget has
 * no other borrower, so it lends unless it was set to be exact.
 */
export const isLent = (budget: Budget): boolean =>
  modeOf(budget) === 'escrow' || (budget.scope === 'user' && budget.mode !== 'exact');

/** Into how many lanes a budget's periods should be split. */
export function lanesWanted(budget: Budget): number {
  if (modeOf(budget) === 'exact') return 1;
  const peak = budget.peakRequestsPerSecond ?? 0;
  return budget.scope === 'user' ? walletLanesFor(peak) : lanesFor(peak);
}

/** `user/ada/daily`: names a budget in answers and in its own path. */
export const budgetIdOf = (budget: ScopeRef & { period: Period }): string =>
  `${budget.scope}/${budget.scopeId}/${budget.period}`;

/** As `budgetIdOf`, with the scope's id as it was written last. */
export const spelledBudgetIdOf = (budget: Budget): string =>
  budgetIdOf({ ...budget, scopeId: shownId(budget) });

/**
 * `user/ada/daily/2026-11-21`, of lane 3 `user/ada/daily/2026-11-21~3`: how a reservation remembers
 * which balances hold it.
 */
export const balanceNameOf = (ref: BalanceRef): string =>
  `${budgetIdOf(ref)}/${ref.periodKey}${ref.lane ? `~${ref.lane}` : ''}`;

/** The inverse of `balanceNameOf`. @throws Error when the text is not a balance's name. */
export function parseBalanceName(name: string): BalanceRef {
  const parts = name.split('/');
  const [scope, period] = [parts[0], parts.at(-2)];
  const [periodKey, lane] = parts.at(-1)?.split('~') ?? [];
  const scopeId = parts.slice(1, -2).join('/');
  if (
    !SCOPES.includes(scope as Scope) ||
    !PERIODS.includes(period as Period) ||
    !periodKey ||
    !scopeId
  ) {
    throw new Error(`not the name of a balance: ${name}`);
  }
  return {
    scope: scope as Scope,
    scopeId,
    period: period as Period,
    periodKey,
    ...(lane === undefined ? {} : { lane: Number(lane) }),
  };
}

/** The budgets of a book that are set. */
export const budgetsIn = (book: BudgetBook | undefined): Budget[] =>
  [book?.daily, book?.monthly].filter((budget) => budget !== undefined);

/** The balance that a budget has at an instant. */
export function balanceRefAt(budget: Budget, atMs: number): BalanceRef {
  const { scope, scopeId, period } = budget;
  return { scope, scopeId, period, periodKey: periodAt(period, atMs, budget.timeZone).key };
}

/**
 * The balances that a change of the limit must reach: of this period and of the next, which a caller
 * whose clock is ahead may have opened already.
 */
export function balanceRefsOfChange(budget: Budget, atMs: number): BalanceRef[] {
  const { scope, scopeId, period } = budget;
  const now = periodAt(period, atMs, budget.timeZone);
  return [now, periodAfter(now, budget.timeZone)].map(({ key }) => ({
    scope,
    scopeId,
    period,
    periodKey: key,
  }));
}

/** Whether some wallet may have idle money of a balance. */
export const mayHaveIdle = ({ balance }: Home): boolean =>
  balance.lentNanoUsd > 0n && !balance.isDrawnIn;

/** The balance of a period that nothing has touched. */
export const untouchedBalance = (limitNanoUsd: NanoUsd): Balance => ({
  limitNanoUsd,
  headroomNanoUsd: limitNanoUsd,
  reservedNanoUsd: 0n,
  settledNanoUsd: 0n,
  lentNanoUsd: 0n,
  borrows: 0,
  isDrawnIn: false,
});

/** All lanes of one balance. */
export const lanesOf = (ref: BalanceRef, lanes: number | undefined): BalanceRef[] =>
  Array.from({ length: lanes ?? 1 }, (_, lane) => (lane === 0 ? ref : { ...ref, lane }));

/** What every lane gets of an amount; the first takes what is left over. */
export function sharesOf(amountNanoUsd: NanoUsd, lanes: number): NanoUsd[] {
  const each = amountNanoUsd / BigInt(lanes);
  const rest = amountNanoUsd - each * BigInt(lanes);
  return Array.from({ length: lanes }, (_, lane) => (lane === 0 ? each + rest : each));
}

/** The lanes of a budget as one balance. */
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
