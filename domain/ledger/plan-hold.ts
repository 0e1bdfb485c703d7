import type { NanoUsd } from '../money.ts';
import { type Balance, type Budget, budgetIdOf, isLent, parseBalanceName } from './budget.ts';
import { CHUNK_REQUESTS } from './lanes.ts';
import type { HomeMove, Lease, LeaseChange, Wallet, WalletChange } from './wallet.ts';

/** One balance that a reservation must be held in, as it was last read. */
export type HoldTarget = { name: string; budget: Budget; home: Balance };

export type HoldPlan =
  | {
      kind: 'hold';
      change: WalletChange;
      moves: HomeMove[];
      /** Positions that hold the amount at home. */
      exact: number[];
    }
  /** A balance and the lease on it together cannot hold the amount. */
  | { kind: 'short' };

/** Longer than any two calendars are apart. */
const LONG_AGO_MS = 3 * 86_400_000;
const ENDED_AT_ONCE = 4;
/** No more than this part of a shared balance's headroom is lent at once. */
const LENT_PART = 16n;

/**
 * How a wallet holds an amount in every balance: from a lease where it has enough idle money;
 * else by borrowing a chunk; near exhaustion, or where a budget is exact, at home, where the lease's
 * idle money is brought first. So the last nano-dollar can be held as long as home and the own lease
 * together cover it. Source: O'Neil, "The Escrow Transactional Method", ACM TODS 11(4), 1986.
 * @param ahead balances of a period to come that the wallet has no lease of: it borrows if it can
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
    const lease = wallet.leases.get(each.name);
    const idleNanoUsd = lease?.idleNanoUsd ?? 0n;
    const isLending = isLent(each.budget);
    if (isLending && lease && idleNanoUsd >= amountNanoUsd) {
      leases.push({ kind: 'move', name: each.name, idleBy: -amountNanoUsd, spentBy: 0n });
      continue;
    }
    const missingNanoUsd = amountNanoUsd - idleNanoUsd;
    const chunkNanoUsd = isLending ? chunkOf(each, amountNanoUsd, missingNanoUsd) : 0n;
    if (chunkNanoUsd > 0n) {
      leases.push(borrowed(each.name, lease, chunkNanoUsd - amountNanoUsd));
      moves.push(borrowing(each, lease, chunkNanoUsd));
    } else if (!isEnforced(each) || each.home.headroomNanoUsd >= missingNanoUsd) {
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
    const chunkNanoUsd = chunkOf(each, amountNanoUsd, amountNanoUsd);
    if (chunkNanoUsd <= 0n) continue;
    leases.push(borrowed(each.name, undefined, chunkNanoUsd));
    moves.push(borrowing(each, undefined, chunkNanoUsd));
  }
  const record = { amountNanoUsd, exact };
  const add = { entryId, atMs: occurredAtMs, record, prunes: wallet.prunes };
  return { kind: 'hold', change: { leases, add, prune: [] }, moves, exact };
}

const isEnforced = ({ budget }: HoldTarget): boolean => budget.enforcement === 'enforce';

/** What to borrow: 0 when the balance is too near to its end for lending. */
function chunkOf(
  { budget, home }: HoldTarget,
  amountNanoUsd: NanoUsd,
  missingNanoUsd: NanoUsd,
): NanoUsd {
  const mostNanoUsd = BigInt(CHUNK_REQUESTS) * amountNanoUsd;
  const { headroomNanoUsd } = home;
  if (budget.enforcement !== 'enforce') return mostNanoUsd;
  // Nobody else borrows from a user's own budget.
  if (budget.scope === 'user') return headroomNanoUsd >= missingNanoUsd ? headroomNanoUsd : 0n;
  const part = headroomNanoUsd / LENT_PART;
  const chunk = part < mostNanoUsd ? part : mostNanoUsd;
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
    ...(isEnforced(target) ? { neededNanoUsd: chunkNanoUsd } : {}),
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
    ...(isEnforced(target) ? { neededNanoUsd: amountNanoUsd - idleNanoUsd } : {}),
  };
}

/** What the end of a lease does to its balance. What open reservations hold stays lent. */
export const broughtHome = (name: string, { idleNanoUsd, spentNanoUsd }: Lease): HomeMove => ({
  name,
  headroomBy: idleNanoUsd,
  reservedBy: 0n,
  settledBy: spentNanoUsd,
  lentBy: -idleNanoUsd - spentNanoUsd,
});

/**
 * Leases of periods that are over: older ones of the budgets in use, and those of any budget that
 * ended days ago wherever it is kept. A few at a time, along with a write that is made anyway.
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
