import { type Balance, untouchedBalance } from '../../domain/ledger/budget.ts';
import type { Unit } from '../../domain/ledger/decide-reservation.ts';
import { formatUsd, type NanoUsd } from '../../domain/money.ts';

/** What is known about a balance, or one of its lanes, besides its own content. */
export type Account = {
  name: string;
  whole: Whole;
  balance: Balance;
  /** Before the commit under examination. */
  before: Balance;
  /** Sums over the entries that name it: open reservations and charges. */
  openNanoUsd: NanoUsd;
  chargedNanoUsd: NanoUsd;
  /** The open part held by wallets. */
  leasedNanoUsd: NanoUsd;
  /** Sums over the wallets' leases. */
  idleNanoUsd: NanoUsd;
  unpostedNanoUsd: NanoUsd;
};

/** What was free of a balance from a time on. Without counters, no request or token. */
type Free = { atMs: number } & Record<Unit, bigint>;

/** All lanes of one budget in one period. */
export type Whole = {
  name: string;
  lanes: Account[];
  limitNanoUsd: NanoUsd;
  /** The highest limit that it ever had. */
  ceilingNanoUsd: NanoUsd;
  /** The most that was ever charged. */
  mostChargedNanoUsd: NanoUsd;
  /** The limit on new reservations. A lower one counts only once acknowledged. */
  boundNanoUsd: NanoUsd;
  /** Charges that did not have to fit: overruns, unreserved charges, and late settlements. */
  excessNanoUsd: NanoUsd;
  /** What was free, at home or idle in wallets, with its start times; oldest first. */
  free: Free[];
  /** The actual amount requested from providers under reservations that name it. */
  spentNanoUsd: NanoUsd;
  /** Some reservations did not have to fit, so true spend may exceed the limit. */
  isUnbound: boolean;
};

/** The name of a balance, without its lane. */
export const wholeNameOf = (balanceName: string): string => balanceName.split('~')[0] ?? '';

const emptyWhole = (name: string): Whole => ({
  name,
  lanes: [],
  limitNanoUsd: 0n,
  ceilingNanoUsd: 0n,
  mostChargedNanoUsd: 0n,
  boundNanoUsd: 0n,
  excessNanoUsd: 0n,
  free: [],
  spentNanoUsd: 0n,
  isUnbound: false,
});

const emptyAccount = (name: string, whole: Whole, balance: Balance): Account => ({
  name,
  whole,
  balance,
  before: untouchedBalance(0n),
  openNanoUsd: 0n,
  chargedNanoUsd: 0n,
  leasedNanoUsd: 0n,
  idleNanoUsd: 0n,
  unpostedNanoUsd: 0n,
});

/** Tracks balances, and the sums that they must match, commit by commit. */
export function createAccounts(now: () => number) {
  const accounts = new Map<string, Account>();
  const wholes = new Map<string, Whole>();
  const touched = new Set<Account>();

  function newAccount(name: string, balance: Balance): Account {
    const wholeName = wholeNameOf(name);
    const whole = wholes.get(wholeName) ?? emptyWhole(wholeName);
    const account = emptyAccount(name, whole, balance);
    wholes.set(wholeName, whole);
    whole.lanes.push(account);
    accounts.set(name, account);
    return account;
  }

  return {
    all: (): Iterable<Account> => accounts.values(),
    wholes: (): Iterable<Whole> => wholes.values(),
    /** The accounts of the commit under examination. */
    touched: (): Iterable<Account> => touched,
    whole: (name: string): Whole | undefined => wholes.get(name),

    /** An account that the commit touches; `undefined` if its balance is not open. */
    touch(name: string): Account | undefined {
      const account = accounts.get(name);
      if (account) touched.add(account);
      return account;
    },

    seeBalance(name: string, balance: Balance): void {
      const account = accounts.get(name) ?? newAccount(name, balance);
      account.balance = balance;
      touched.add(account);
    },

    /** The least of a unit that was free since a given time; `undefined` if it was never open. */
    leastFree(name: string, unit: Unit, fromMs: number): bigint | undefined {
      const free = wholes.get(name)?.free ?? [];
      let least: bigint | undefined;
      for (let at = free.length - 1; at >= 0; at -= 1) {
        const point = free[at];
        if (!point) break;
        if (least === undefined || point[unit] < least) least = point[unit];
        if (point.atMs < fromMs) break;
      }
      return least;
    },

    /** Laws broken by the commit, and the periods that it opened or whose limit it changed. */
    endCommit(): { broken: [law: string, facts: string][]; limited: Whole[] } {
      const broken = [...touched].flatMap((account) =>
        brokenSums(account).map((facts): [string, string] => [
          facts.startsWith('drawn in') ? 'what is drawn in is nowhere idle' : 'conservation',
          `${account.name} ${facts}`,
        ]),
      );
      const limited: Whole[] = [];
      for (const whole of new Set([...touched].map((account) => account.whole))) {
        const wasNanoUsd = whole.limitNanoUsd;
        const isNew = whole.free.length === 0;
        settleSums(whole, now());
        if (isNew || whole.limitNanoUsd !== wasNanoUsd) limited.push(whole);
      }
      for (const account of touched) account.before = account.balance;
      touched.clear();
      return { broken, limited };
    },
  };
}

export type Accounts = ReturnType<typeof createAccounts>;

/** The part of a shared limit that is idle in wallets; 0 if nothing had to fit. */
export const idleShareOf = ({ name, lanes, ceilingNanoUsd, isUnbound }: Whole): number =>
  name.startsWith('user/') || isUnbound || ceilingNanoUsd === 0n
    ? 0
    : Number(lanes.reduce((sum, lane) => sum + lane.idleNanoUsd, 0n)) / Number(ceilingNanoUsd);

/** How far reserved and settled amounts exceed the limit that they had to fit in. */
export const overBound = ({ lanes, boundNanoUsd, excessNanoUsd }: Whole): NanoUsd =>
  lanes.reduce((sum, lane) => sum + lane.openNanoUsd + lane.chargedNanoUsd, 0n) -
  boundNanoUsd -
  excessNanoUsd;

/** What lanes and wallets may grant on their own, regardless of other lanes' debts. */
export const grantable = ({ lanes }: Whole): NanoUsd =>
  lanes.reduce(
    (sum, { balance, idleNanoUsd }) =>
      sum + idleNanoUsd + (balance.headroomNanoUsd > 0n ? balance.headroomNanoUsd : 0n),
    0n,
  );

function settleSums(whole: Whole, atMs: number): void {
  const sum = (of: (lane: Account) => NanoUsd): NanoUsd =>
    whole.lanes.reduce((total, lane) => total + of(lane), 0n);
  whole.limitNanoUsd = sum(({ balance }) => balance.limitNanoUsd);
  if (whole.limitNanoUsd > whole.ceilingNanoUsd) whole.ceilingNanoUsd = whole.limitNanoUsd;
  if (whole.limitNanoUsd > whole.boundNanoUsd) whole.boundNanoUsd = whole.limitNanoUsd;
  const chargedNanoUsd = sum((lane) => lane.chargedNanoUsd);
  if (chargedNanoUsd > whole.mostChargedNanoUsd) whole.mostChargedNanoUsd = chargedNanoUsd;
  const idleNanoUsd = sum((lane) => lane.idleNanoUsd);
  const usd = sum(({ balance }) => balance.headroomNanoUsd) + idleNanoUsd;
  const count = (unit: 'requests' | 'tokens'): bigint =>
    sum(({ balance }) => BigInt(balance.counters?.[unit].headroom ?? 0));
  whole.free.push({ atMs, usd, requests: count('requests'), tokens: count('tokens') });
}

function brokenSums(account: Account): string[] {
  const { balance, idleNanoUsd, leasedNanoUsd, unpostedNanoUsd } = account;
  const { limitNanoUsd, headroomNanoUsd, reservedNanoUsd, settledNanoUsd, lentNanoUsd } = balance;
  const parts = headroomNanoUsd + reservedNanoUsd + settledNanoUsd + lentNanoUsd;
  const pairs: [string, NanoUsd, NanoUsd][] = [
    ['limit', limitNanoUsd, parts],
    ['lent', lentNanoUsd, idleNanoUsd + leasedNanoUsd + unpostedNanoUsd],
    ['reserved', reservedNanoUsd + leasedNanoUsd, account.openNanoUsd],
    ['settled', settledNanoUsd + unpostedNanoUsd, account.chargedNanoUsd],
    ...(balance.isDrawnIn ? [['drawn in', idleNanoUsd, 0n] as [string, NanoUsd, NanoUsd]] : []),
  ];
  return pairs
    .filter(([, actual, other]) => actual !== other)
    .map(([what, actual, other]) => `${what} ${formatUsd(actual)}, not ${formatUsd(other)}`);
}
