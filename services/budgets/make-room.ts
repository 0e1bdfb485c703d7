import {
  balanceNameOf,
  type BudgetStanding,
  type Home,
  sumOfBalances,
} from '../../domain/ledger/budget.ts';
import { planDrawIn } from '../../domain/ledger/plan-close.ts';
import type { HomeMove, Wallet, WalletRef } from '../../domain/ledger/wallet.ts';
import { pagesOf } from '../../tables/query-all.ts';
import type { WalletStore } from '../../tables/ledger/wallets.ts';
import { optimistically } from '../../tables/optimistically.ts';
import type { RetryDeps } from '../retry-conflicts.ts';

export type RoomDeps = RetryDeps & { wallets: WalletStore };

const WALLETS_PER_TRANSACTION = 8;
/** Transactions that one request may execute; later requests continue the work. */
const TRANSACTIONS_PER_CALL = 25;
/** With more than this many wallets in use, one request does not retry them. */
const MOST_LEFT = 100;

/** Returns idle wallet money to each of these balances. */
export async function drawInIdle(
  deps: RoomDeps,
  organizationId: string,
  lanes: readonly Home[],
): Promise<void> {
  for (const lane of lanes) await drawInOnce(deps, organizationId, lane);
}

/** Requests in one process that need the same lane drawn in share a single run. */
const running = new WeakMap<WalletStore, Map<string, Promise<void>>>();

function drawInOnce(deps: RoomDeps, organizationId: string, lane: Home): Promise<void> {
  const flights = running.get(deps.wallets) ?? new Map<string, Promise<void>>();
  running.set(deps.wallets, flights);
  const name = `${organizationId}#${balanceNameOf(lane.ref)}`;
  const flight =
    flights.get(name) ?? drawInLane(deps, organizationId, lane).finally(() => flights.delete(name));
  flights.set(name, flight);
  return flight;
}

/**
 * Ends a balance's leases, most idle money first. If all have ended and no new one was opened,
 * marks the balance as having nothing more to draw in until the next borrowing.
 */
export async function drawInLane(
  deps: RoomDeps,
  organizationId: string,
  home: Home,
  transactions = TRANSACTIONS_PER_CALL,
): Promise<void> {
  const name = balanceNameOf(home.ref);
  let groupSize = WALLETS_PER_TRANSACTION;
  let left: WalletRef[] | undefined;
  const outcome = await optimistically<'all' | 'some'>(async () => {
    const open = left
      ? withLease(await deps.wallets.getMany(organizationId, left), name)
      : await readLeases(deps, organizationId, name);
    const within = open.slice(0, groupSize * transactions);
    const round = await endInGroups(deps, organizationId, name, { open: within, groupSize });
    if (within.length < open.length || round.left.length > MOST_LEFT) return { done: 'some' };
    if (round.left.length === 0) return { done: 'all' };
    // One busy wallet must not block the rest of its group.
    if (round.hasMoved) groupSize = 1;
    ({ left } = round);
    return 'conflict';
  }, deps);
  if (outcome?.done === 'all') await deps.wallets.markDrawnIn(organizationId, home);
}

/** Ends wallet leases, several per transaction. @returns the ones that could not be ended */
async function endInGroups(
  deps: RoomDeps,
  organizationId: string,
  name: string,
  { open, groupSize }: { open: readonly Wallet[]; groupSize: number },
): Promise<{ left: WalletRef[]; hasMoved: boolean }> {
  const left: WalletRef[] = [];
  let hasMoved = false;
  for (let from = 0; from < open.length; from += groupSize) {
    const group = open.slice(from, from + groupSize);
    const result = await endLeases(deps, organizationId, name, group);
    if (result === 'done') continue;
    left.push(...group.map(({ ref }) => ref));
    hasMoved ||= result === 'moved';
    if (result === 'conflict') deps.telemetry.metric('StoreConflicts', 1);
  }
  return { left, hasMoved };
}

function endLeases(
  { wallets }: RoomDeps,
  organizationId: string,
  name: string,
  group: Wallet[],
): Promise<'done' | 'moved' | 'conflict'> {
  const ends = group.flatMap((wallet) => {
    const lease = wallet.leases.get(name);
    return lease ? [{ wallet, ...planDrawIn(name, lease) }] : [];
  });
  const none: HomeMove = { name, headroomBy: 0n, reservedBy: 0n, settledBy: 0n, lentBy: 0n };
  const sum = ends
    .flatMap(({ moves }) => moves)
    .reduce(
      (total, move) => ({
        ...total,
        headroomBy: total.headroomBy + move.headroomBy,
        settledBy: total.settledBy + move.settledBy,
        lentBy: total.lentBy + move.lentBy,
      }),
      none,
    );
  return wallets.drawIn(organizationId, ends, sum);
}

/** Every wallet with a lease of a balance, most idle money first. */
export async function readLeases(
  { wallets }: Pick<RoomDeps, 'wallets'>,
  organizationId: string,
  name: string,
): Promise<Wallet[]> {
  const walletsWithMoney: Wallet[] = [];
  const pages = pagesOf((startKey) => wallets.listBorrowers(organizationId, name, startKey));
  for await (const { wallets: refs } of pages) {
    walletsWithMoney.push(...withLease(await wallets.getMany(organizationId, refs), name));
  }
  return walletsWithMoney;
}

const idleIn = (wallet: Wallet, name: string): bigint => wallet.leases.get(name)?.idleNanoUsd ?? 0n;

const withLease = (wallets: Wallet[], name: string): Wallet[] =>
  wallets
    .filter(({ leases }) => leases.has(name))
    .toSorted((a, b) => (idleIn(b, name) > idleIn(a, name) ? 1 : -1));

/**
 * Moves headroom from a budget's other lanes to the one that lacks it.
 * @param wantedNanoUsd the maximum to move
 * @returns whether anything was moved
 */
export async function levelLanes(
  { wallets }: RoomDeps,
  organizationId: string,
  { home, lanes }: Pick<BudgetStanding, 'home' | 'lanes'>,
  wantedNanoUsd: bigint,
): Promise<boolean> {
  const others = lanes
    .filter(({ ref, balance }) => ref.lane !== home.ref.lane && balance.headroomNanoUsd > 0n)
    .toSorted((a, b) => (b.balance.headroomNanoUsd > a.balance.headroomNanoUsd ? 1 : -1));
  let takenNanoUsd = 0n;
  const from = others.flatMap(({ ref, balance }) => {
    const rest = wantedNanoUsd - takenNanoUsd;
    const part = balance.headroomNanoUsd < rest ? balance.headroomNanoUsd : rest;
    takenNanoUsd += part;
    return part > 0n ? [{ ref, amountNanoUsd: part }] : [];
  });
  if (from.length === 0) return false;
  return (await wallets.level(organizationId, from, home.ref)) === 'done';
}

/** The budget's total: its lanes, plus what wallets hold, have spent and have idle. */
export async function wholeBalance(
  deps: Pick<RoomDeps, 'wallets'>,
  organizationId: string,
  lanes: Home[],
): Promise<BudgetStanding['balance']> {
  const sum = sumOfBalances(lanes.map(({ balance }) => balance));
  let idleNanoUsd = 0n;
  let spentNanoUsd = 0n;
  for (const { ref, balance } of lanes) {
    if (balance.lentNanoUsd === 0n) continue;
    const name = balanceNameOf(ref);
    for (const { leases } of await readLeases(deps, organizationId, name)) {
      idleNanoUsd += leases.get(name)?.idleNanoUsd ?? 0n;
      spentNanoUsd += leases.get(name)?.spentNanoUsd ?? 0n;
    }
  }
  return {
    ...sum,
    headroomNanoUsd: sum.headroomNanoUsd + idleNanoUsd,
    settledNanoUsd: sum.settledNanoUsd + spentNanoUsd,
    reservedNanoUsd: sum.reservedNanoUsd + sum.lentNanoUsd - idleNanoUsd - spentNanoUsd,
    lentNanoUsd: 0n,
  };
}
