import { minNanoUsd, type NanoUsd } from '../money.ts';
import {
  type Balance,
  type Budget,
  budgetIdOf,
  isLent,
  limitsMoney,
  parseBalanceName,
} from './budget.ts';
import { COUNT_UNITS, type CountMove } from './counts.ts';
import { CHUNK_REQUESTS } from './lanes.ts';
import type { HomeMove, Lease, LeaseChange, Wallet, WalletChange } from './wallet.ts';

/** One balance that must hold a reservation, as of the last read. */
export type HoldTarget = {
  name: string;
  budget: Budget;
  home: Balance;
  /** What the reservation does to the balance's counters. */
  counts?: CountMove | undefined;
};

export type HoldPlan =
  | {
      kind: 'hold';
      change: WalletChange;
      moves: HomeMove[];
      /** Positions of the balances that hold the amount at home. */
      exact: number[];
    }
  /** A balance and the lease on it together cannot cover the amount. */
  | { kind: 'short' };

/** Longer than any two time zones are apart. */
const LONG_AGO_MS = 3 * 86_400_000;
const ENDED_AT_ONCE = 4;
/** Lend at most this fraction of a shared balance's headroom at once. */
const LENT_PART = 16n;

/**
 * Decides how a wallet holds an amount in every balance. It uses the lease if that has enough idle
 * money and otherwise borrows a chunk. Near exhaustion, or if a budget is exact, it returns the
 * lease's idle money and holds the amount at home. Callers can therefore use the last nano-dollar
 * that home and their own lease cover together. Source: O'Neil, "The Escrow Transactional Method",
 * ACM TODS 11(4), 1986.
 * @param ahead balances of a coming period without a lease; the wallet borrows from them if it can
 */
export function planHold(
  wallet: Wallet,
  reservation: { entryId: string; amountNanoUsd: NanoUsd; occurredAtMs: number },
  targets: HoldTarget[],
  ahead: HoldTarget[] = [],
): HoldPlan {
  const { entryId, amountNanoUsd, occurredAtMs } = reservation;
  const leases: LeaseChange[] = [];
  const moves: HomeMove[] = [];
  const exact: number[] = [];
  for (const [position, each] of targets.entries()) {
    if (!hasCounts(each)) return { kind: 'short' };
    const lease = wallet.leases.get(each.name);
    const idleNanoUsd = lease?.idleNanoUsd ?? 0n;
    const isLending = isLent(each.budget);
    if (isLending && lease && idleNanoUsd >= amountNanoUsd) {
      leases.push({ kind: 'move', name: each.name, idleBy: -amountNanoUsd, spentBy: 0n });
      continue;
    }
    const missingNanoUsd = amountNanoUsd - idleNanoUsd;
    const chunkNanoUsd = isLending ? chunkOf(wallet, each, amountNanoUsd, missingNanoUsd) : 0n;
    if (chunkNanoUsd > 0n) {
      leases.push(borrowed(each.name, lease, chunkNanoUsd - amountNanoUsd));
      moves.push(borrowing(each, lease, chunkNanoUsd));
    } else if (!isEnforced(each, amountNanoUsd) || each.home.headroomNanoUsd >= missingNanoUsd) {
      exact.push(position);
      if (lease) leases.push({ kind: 'end', name: each.name, was: lease });
      moves.push(holdAtHome(each, lease, amountNanoUsd));
    } else return { kind: 'short' };
  }
  if (moves.some(({ isBorrow }) => isBorrow)) {
    for (const old of endedLeases(wallet, targets, occurredAtMs)) {
      leases.push({ kind: 'end', ...old });
      moves.push(broughtHome(old.name, old.was));
    }
  }
  for (const each of ahead) {
    const chunkNanoUsd = chunkOf(wallet, each, amountNanoUsd, amountNanoUsd);
    if (chunkNanoUsd <= 0n) continue;
    leases.push(borrowed(each.name, undefined, chunkNanoUsd));
    moves.push(borrowing(each, undefined, chunkNanoUsd));
  }
  const record = { amountNanoUsd, exact };
  const { prunes, neededCount: count } = wallet;
  const noted = count === undefined ? {} : { count };
  const add = { entryId, atMs: occurredAtMs, record, prunes, ...noted };
  return { kind: 'hold', change: { leases, add, prune: [] }, moves, exact };
}

/** What costs nothing fits a budget that is overdrawn. */
const isEnforced = ({ budget }: HoldTarget, amountNanoUsd: NanoUsd): boolean =>
  limitsMoney(budget) && amountNanoUsd > 0n;

/** Whether a balance has the requests and tokens that a reservation needs. */
const hasCounts = ({ home, counts }: HoldTarget): boolean =>
  COUNT_UNITS.every(
    (unit) => (home.counters?.[unit].headroom ?? 0) >= (counts?.needed?.[unit] ?? -Infinity),
  );

/** How much to borrow; 0 if the balance is too close to its limit to lend. */
function chunkOf(
  { count, neededCount = count }: Wallet,
  { budget, home }: HoldTarget,
  amountNanoUsd: NanoUsd,
  missingNanoUsd: NanoUsd,
): NanoUsd {
  const mostNanoUsd = BigInt(CHUNK_REQUESTS) * amountNanoUsd;
  const { headroomNanoUsd } = home;
  if (!limitsMoney(budget)) return mostNanoUsd;
  // Nobody else borrows from a user's own budget, unless the user has more wallets than it has lanes.
  if (budget.scope === 'user' && neededCount <= (budget.lanes ?? 1)) {
    return headroomNanoUsd >= missingNanoUsd ? headroomNanoUsd : 0n;
  }
  const chunk = minNanoUsd(headroomNanoUsd / LENT_PART, mostNanoUsd);
  return chunk >= amountNanoUsd ? chunk : 0n;
}

const borrowed = (name: string, lease: Lease | undefined, idleBy: NanoUsd): LeaseChange =>
  lease
    ? { kind: 'move', name, idleBy, spentBy: -lease.spentNanoUsd }
    : { kind: 'open', name, idleNanoUsd: idleBy };

function borrowing(target: HoldTarget, lease: Lease | undefined, chunkNanoUsd: NanoUsd): HomeMove {
  const spentNanoUsd = lease?.spentNanoUsd ?? 0n;
  return {
    name: target.name,
    headroomBy: -chunkNanoUsd,
    reservedBy: 0n,
    settledBy: spentNanoUsd,
    lentBy: chunkNanoUsd - spentNanoUsd,
    ...(isEnforced(target, chunkNanoUsd) ? { neededNanoUsd: chunkNanoUsd } : {}),
    isBorrow: true,
  };
}

function holdAtHome(
  target: HoldTarget,
  lease: Lease | undefined,
  amountNanoUsd: NanoUsd,
): HomeMove {
  const { idleNanoUsd, spentNanoUsd } = lease ?? { idleNanoUsd: 0n, spentNanoUsd: 0n };
  return {
    name: target.name,
    headroomBy: idleNanoUsd - amountNanoUsd,
    reservedBy: amountNanoUsd,
    settledBy: spentNanoUsd,
    lentBy: -idleNanoUsd - spentNanoUsd,
    ...(target.counts ? { counts: target.counts } : {}),
    ...(isEnforced(target, amountNanoUsd) ? { neededNanoUsd: amountNanoUsd - idleNanoUsd } : {}),
  };
}

/** What the end of a lease does to its balance. Money held by open reservations stays lent. */
export const broughtHome = (name: string, { idleNanoUsd, spentNanoUsd }: Lease): HomeMove => ({
  name,
  headroomBy: idleNanoUsd,
  reservedBy: 0n,
  settledBy: spentNanoUsd,
  lentBy: -idleNanoUsd - spentNanoUsd,
});

/**
 * Picks leases of past periods to end: older ones of the budgets in use, and any that ended days
 * ago in every time zone. It takes only a few at a time and adds them to a write that happens
 * anyway.
 */
function endedLeases(
  { leases }: Wallet,
  targets: HoldTarget[],
  atMs: number,
): { name: string; was: Lease }[] {
  const longAgo = new Date(atMs - LONG_AGO_MS).toISOString();
  const inUse = new Map(targets.map(({ name, budget }) => [budgetIdOf(budget), name]));
  return [...leases]
    .filter(([name]) => {
      const ref = parseBalanceName(name);
      const current = inUse.get(budgetIdOf(ref));
      const { periodKey } = current === undefined ? ref : parseBalanceName(current);
      return current === undefined
        ? ref.periodKey < longAgo.slice(0, ref.periodKey.length)
        : ref.periodKey < periodKey;
    })
    .slice(0, ENDED_AT_ONCE)
    .map(([name, was]) => ({ name, was }));
}
