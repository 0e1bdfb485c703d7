import type { BudgetBook } from '../../domain/ledger/budget.ts';
import {
  countAfterRead,
  fewestWallets,
  moreWallets,
  MOST_OPEN_RECORDS,
  walletsFor,
} from '../../domain/ledger/wallet-lane.ts';
import { openRecordsIn, type Wallet, type WalletRef } from '../../domain/ledger/wallet.ts';
import { createMemory } from '../memory.ts';

const USERS_REMEMBERED = 10_000;

/** Whose reservation a wallet is chosen for, and the wallet chosen earlier, if any. */
export type Holder = { userId: string; entryId: string; wallet?: WalletRef | undefined };

type Deps = {
  now: () => number;
  /** The budgets of a user as this process knows them. */
  userBookOf: (organizationId: string, userId: string) => BudgetBook | undefined;
  read: (organizationId: string, ref: WalletRef) => Promise<Wallet>;
  /** A wallet with this many open reservations is crowded. */
  mostOpenRecords?: number | undefined;
};

/**
 * Chooses the wallets that hold reservations. A write of a wallet costs a unit per KB, so a user with
 * many open reservations uses many wallets: twice as many when two of them are crowded, half as many
 * when one is empty. A process knows how many it used last, and a wallet says how many others used.
 */
export function createWalletChoice({
  now,
  userBookOf,
  read,
  mostOpenRecords = MOST_OPEN_RECORDS,
}: Deps) {
  const counts = createMemory<number>({ most: USERS_REMEMBERED, now });
  const isCrowded = (wallet: Wallet): boolean => openRecordsIn(wallet) >= mostOpenRecords;

  const fewestOf = (organizationId: string, { userId }: Holder): number =>
    fewestWallets(userBookOf(organizationId, userId));
  /** How many wallets a user has in use, as far as this process knows. */
  const countOf = (organizationId: string, holder: Holder): number =>
    Math.max(
      fewestOf(organizationId, holder),
      counts.get(`${organizationId}#${holder.userId}`) ?? 1,
    );

  /** The wallet to read first. */
  const usual = (organizationId: string, holder: Holder): WalletRef =>
    holder.wallet ?? walletsFor(holder, countOf(organizationId, holder)).usual;

  async function choose(organizationId: string, holder: Holder, first: Wallet): Promise<Wallet> {
    const fewest = fewestOf(organizationId, holder);
    let count = countAfterRead(countOf(organizationId, holder), first, fewest);
    let wallet = first;
    if (isCrowded(wallet)) wallet = await read(organizationId, walletsFor(holder, count).other);
    if (isCrowded(wallet) && moreWallets(count) > count) {
      // The wallets that are added are empty or nearly so.
      const lane = (wallet.ref.lane % count) + count;
      wallet = await read(organizationId, { userId: holder.userId, lane });
      count = moreWallets(count);
    }
    counts.set(`${organizationId}#${holder.userId}`, count);
    return wallet.count === count ? wallet : { ...wallet, neededCount: count };
  }

  return {
    usual,

    /**
     * The wallet of a reservation.
     * @param isNew whether it may be held in any wallet of its user
     * @param expected a wallet as read; the user's budgets may require another one
     */
    async walletOf(
      organizationId: string,
      holder: Holder,
      isNew: boolean,
      expected: Wallet | undefined,
    ): Promise<Wallet> {
      const ref = usual(organizationId, holder);
      const first = expected?.ref.lane === ref.lane ? expected : await read(organizationId, ref);
      return isNew && !holder.wallet ? choose(organizationId, holder, first) : first;
    },
  };
}
