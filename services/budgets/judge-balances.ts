import { createConservationCheck, type Violation } from '../../domain/ledger/conservation.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import {
  balanceId,
  type ChangedBalance,
  type SettledSum,
} from '../../domain/ledger/settled-sums.ts';
import {
  isInWallet,
  type Wallet,
  type WalletRef,
  walletRefOf,
} from '../../domain/ledger/wallet.ts';
import type { LedgerStore } from '../../tables/ledger/ledger.ts';
import type { RunningSumStore } from '../../tables/ledger/running-sums.ts';
import { walletId } from '../../tables/ledger/wallet-items.ts';
import type { WalletStore } from '../../tables/ledger/wallets.ts';
import { pagesOf } from '../../tables/query-all.ts';
import { mapConcurrently } from '../map-concurrently.ts';

export type JudgeDeps = {
  ledger: Pick<
    LedgerStore,
    | 'getSweptMinute'
    | 'shardsOfMinute'
    | 'holdShards'
    | 'listOpenReservations'
    | 'listDueHolds'
    | 'getReservation'
  >;
  wallets: Pick<WalletStore, 'listBorrowers' | 'getMany'>;
  sums: Pick<RunningSumStore, 'listBalances'>;
  now: () => number;
};

const MINUTE_MS = 60_000;
/** Keys carry the time of their callers' clocks. */
const MINUTES_AHEAD = 5;
/** Beyond this, the sweeper does not run: it stays behind by the holds of a quarter of an hour. */
const MOST_MINUTES_BEHIND = 180;
/** How far back open reservations are looked for before the first sweep. */
const MINUTES_BEFORE_SWEEP = 75;
const READS_AT_ONCE = 16;
const FAR_FUTURE_MS = Date.parse('9999-12-31T00:00:00Z');

export const idOf = ({ organizationId, name }: ChangedBalance): string =>
  balanceId(organizationId, name);

export const idOfViolation = ({ organizationId, balance }: Violation): string =>
  balanceId(organizationId, balance);

type Opinion = { violations: Violation[]; adopted: ReadonlyMap<string, SettledSum> };

/**
 * What the laws say about balances as they are now.
 * @param settledOf what closed entries of a balance add up to; `undefined` if that is not known
 * @returns `undefined` if the sweeper is so far behind that finding what is open takes too many
 *   reads; the sweeper has an alarm of its own
 */
export async function judgeBalances(
  deps: JudgeDeps,
  pending: readonly ChangedBalance[],
  settledOf: (each: ChangedBalance) => SettledSum | undefined,
): Promise<Opinion | undefined> {
  const thisMinute = Math.floor(deps.now() / MINUTE_MS);
  const first = (await deps.ledger.getSweptMinute()) ?? thisMinute - MINUTES_BEFORE_SWEEP;
  if (thisMinute - first > MOST_MINUTES_BEHIND) return undefined;
  const check = createConservationCheck();
  const ids = new Set(pending.map(idOf));
  const open = await listOpen(deps, ids, first);
  for (const entry of open) check.addEntry(entry);
  await addWallets(deps, pending, open, (...wallet) => check.addWallet(...wallet));
  const balances = await deps.sums.listBalances(pending);
  for (const [position, each] of pending.entries()) {
    const { organizationId, name } = each;
    const balance = balances[position];
    if (!balance) continue;
    check.addBalance({ organizationId, name, balance });
    check.addSettled(organizationId, name, settledOf(each));
  }
  const { violations } = check.report();
  return {
    violations: violations.filter((each) => ids.has(idOfViolation(each))),
    adopted: check.adopted(),
  };
}

/** Open reservations that name one of these balances, from the first minute that may have any. */
async function listOpen(
  { ledger, now }: JudgeDeps,
  ids: ReadonlySet<string>,
  first: number,
): Promise<Entry[]> {
  const thisMinute = Math.floor(now() / MINUTE_MS);
  const minutes = Array.from(
    { length: Math.max(0, thisMinute + MINUTES_AHEAD - first) },
    (_, position) => first + position,
  );
  const open = new Map<string, Entry>();
  const add = (entry: Entry): void => {
    const { organizationId, balances } = entry;
    const isConcerned = balances.some((name) => ids.has(balanceId(organizationId, name)));
    if (isConcerned && entry.state === 'reserved') open.set(entry.entryId, entry);
  };
  const partitions = minutes.flatMap((minute) =>
    ledger.shardsOfMinute(minute).map((shard) => ({ minute, shard })),
  );
  await mapConcurrently(partitions, READS_AT_ONCE, async ({ minute, shard }) => {
    const pages = pagesOf((startKey) => ledger.listOpenReservations(minute, shard, startKey));
    for await (const { entries } of pages) entries.forEach(add);
  });
  for (const shard of ledger.holdShards()) {
    const pages = pagesOf((startKey) => ledger.listDueHolds(shard, FAR_FUTURE_MS, startKey));
    for await (const { holds } of pages) {
      const entries = await mapConcurrently(holds, READS_AT_ONCE, ({ reservationId }) =>
        ledger.getReservation(reservationId),
      );
      for (const entry of entries) if (entry) add(entry);
    }
  }
  return [...open.values()];
}

/** Reads the wallets that borrow from these balances or hold these reservations. */
async function addWallets(
  { wallets }: JudgeDeps,
  pending: readonly ChangedBalance[],
  open: readonly Entry[],
  add: (organizationId: string, wallet: Wallet) => void,
): Promise<void> {
  const refs = new Map<string, Map<string, WalletRef>>();
  const note = (organizationId: string, ref: WalletRef): void => {
    const own = refs.get(organizationId) ?? new Map<string, WalletRef>();
    refs.set(organizationId, own.set(walletId(ref), ref));
  };
  for (const entry of open) {
    if (isInWallet(entry)) note(entry.organizationId, walletRefOf(entry));
  }
  await mapConcurrently(pending, READS_AT_ONCE, async ({ organizationId, name }) => {
    const pages = pagesOf((startKey) => wallets.listBorrowers(organizationId, name, startKey));
    for await (const page of pages) {
      for (const ref of page.wallets) note(organizationId, ref);
    }
  });
  for (const [organizationId, own] of refs) {
    for (const wallet of await wallets.getMany(organizationId, [...own.values()])) {
      add(organizationId, wallet);
    }
  }
}
