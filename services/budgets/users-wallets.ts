import type { BudgetBook } from '../../domain/ledger/budget.ts';
import {
  countAfterRead,
  fewestWallets,
  MAX_WALLETS,
  MOST_OPEN_RECORDS,
  walletByChance,
} from '../../domain/ledger/wallet-lane.ts';
import {
  changedWallet,
  openRecordsIn,
  type Wallet,
  type WalletChange,
  type WalletRef,
} from '../../domain/ledger/wallet.ts';
import { createMemory, type Memory } from '../memory.ts';

const USERS_REMEMBERED = 10_000;
/** How long a wallet is read for every decision after other processes have changed it. */
const SHARED_MS = 10_000;

/** Whose reservation a wallet is for, and the wallet chosen earlier, if any. */
export type Holder = { userId: string; entryId: string; wallet?: WalletRef | undefined };

/** What a process knows of a user's wallets. */
type User = {
  /** How many the user has in use. */
  count: number;
  /** The wallet that this process uses until it is crowded. */
  current?: CurrentWallet | undefined;
  /** The ones that it used before, longest ago first. */
  left: readonly number[];
  /** Until then, other processes use the same wallet. */
  sharedUntilMs: number;
};

const NEW_USER: User = { count: 1, left: [], sharedUntilMs: 0 };

type CurrentWallet = {
  wallet: Wallet;
  readAtMs: number;
  /** Closed reservations whose entries are known to be closed. */
  finished: Set<string>;
};

type Deps = {
  now: () => number;
  /** The budgets of a user as this process knows them. */
  userBookOf: (organizationId: string, userId: string) => BudgetBook | undefined;
  readMany: (organizationId: string, refs: WalletRef[]) => Promise<Wallet[]>;
  /** How old a remembered wallet may be. */
  trustedMs: number;
  /** A wallet with this many open reservations is crowded. */
  mostOpenRecords?: number | undefined;
};

export type UsersWallets = ReturnType<typeof createUsersWallets>;

/**
 * Chooses the wallets that hold reservations, and remembers them as this process left them. A write
 * of a wallet costs a unit per KB, so a user with many open reservations uses many wallets. A process
 * uses one until it is crowded, then the one that it left longest ago, then one by chance, then one
 * more than before. A wallet says how many are in use. A process that finds its own empty goes on with
 * half as many.
 */
export function createUsersWallets({
  now,
  userBookOf,
  readMany,
  trustedMs,
  mostOpenRecords = MOST_OPEN_RECORDS,
}: Deps) {
  const users = createMemory<User>({ most: USERS_REMEMBERED, now });
  const isCrowded = (wallet: Wallet): boolean => openRecordsIn(wallet) >= mostOpenRecords;

  function userOf(organizationId: string, userId: string): User & { fewest: number } {
    const fewest = fewestWallets(userBookOf(organizationId, userId));
    const user = users.get(nameOf(organizationId, userId)) ?? NEW_USER;
    return { ...user, count: Math.max(fewest, user.count), fewest };
  }

  /** The wallet to read first. */
  function usual(organizationId: string, holder: Holder): WalletRef {
    if (holder.wallet) return holder.wallet;
    const { count, current } = userOf(organizationId, holder.userId);
    const ref = current?.wallet.ref;
    return ref && ref.lane < count ? ref : walletByChance(holder, count);
  }

  return {
    usual,

    /** The wallet in use, if it may be used without a read. */
    recall(organizationId: string, holder: Holder): Wallet | undefined {
      const { current, count, sharedUntilMs } = userOf(organizationId, holder.userId);
      if (holder.wallet || !current || now() < sharedUntilMs) return undefined;
      const { wallet, readAtMs } = current;
      const isRecent = Math.abs(now() - readAtMs) < trustedMs;
      return isRecent && wallet.ref.lane < count && !isCrowded(wallet) ? wallet : undefined;
    },

    /**
     * The wallet of a reservation.
     * @param isNew whether it may be held in any wallet of its user, which then becomes the one in use
     * @param expected a wallet as read; the user's budgets may require another one
     */
    async walletOf(
      organizationId: string,
      holder: Holder,
      isNew: boolean,
      expected: Wallet | undefined,
    ): Promise<Wallet> {
      const read = (refs: WalletRef[]): Promise<Wallet[]> => readMany(organizationId, refs);
      const ref = usual(organizationId, holder);
      const [first] = expected?.ref.lane === ref.lane ? [expected] : await read([ref]);
      if (!first) throw new Error('a wallet was not read');
      if (!isNew || holder.wallet) return first;
      const readAtMs = now();
      const user = userOf(organizationId, holder.userId);
      const { wallet, count } = await choose({ read, isCrowded }, user, holder, first);
      users.set(nameOf(organizationId, holder.userId), moved(user, { wallet, count, readAtMs }));
      return wallet.count === count ? wallet : { ...wallet, neededCount: count };
    },

    ...notes(users, now),
  };
}

/** Chooses a wallet that is not crowded, if a user may have one. @param first the one in use */
async function choose(
  { read, isCrowded }: Choosing,
  user: User & { fewest: number },
  holder: Holder,
  first: Wallet,
): Promise<{ wallet: Wallet; count: number }> {
  const count = countAfterRead(user.count, first, user.fewest);
  if (!isCrowded(first)) return { wallet: first, count };
  const { userId } = holder;
  const lanes = new Set([...user.left.slice(0, 1), walletByChance(holder, count).lane]);
  const others = await read([...lanes].map((lane) => ({ userId, lane })));
  const roomy = others.find((other) => !isCrowded(other));
  if (roomy || count === MAX_WALLETS) return { wallet: roomy ?? first, count };
  const [added = first] = await read([{ userId, lane: count }]);
  return { wallet: added, count: count + 1 };
}

type Choosing = {
  read: (refs: WalletRef[]) => Promise<Wallet[]>;
  isCrowded: (wallet: Wallet) => boolean;
};

/** What is known of a user once a process has moved to a wallet, or stayed. */
function moved(
  { current, left, sharedUntilMs }: User,
  { wallet, count, readAtMs }: { wallet: Wallet; count: number; readAtMs: number },
): User {
  const { lane } = wallet.ref;
  const wasLane = current?.wallet.ref.lane;
  const finished = wasLane === lane ? [...(current?.finished ?? [])] : [];
  return {
    count,
    left: [...new Set([...left, wasLane ?? lane])].filter((each) => each !== lane && each < count),
    current: {
      wallet,
      readAtMs,
      finished: new Set(finished.filter((entryId) => wallet.records.has(entryId))),
    },
    sharedUntilMs,
  };
}

/** Takes note of what this process does to wallets, and learns about them. */
function notes(users: Memory<User>, now: () => number) {
  /** The wallet in use, if it is this one. */
  function currentAt(
    organizationId: string,
    { userId, lane }: WalletRef,
  ): CurrentWallet | undefined {
    const current = users.get(nameOf(organizationId, userId))?.current;
    return current?.wallet.ref.lane === lane ? current : undefined;
  }

  return {
    /** A change that this process has written to a wallet. */
    noteChange(organizationId: string, ref: WalletRef, change: WalletChange): void {
      const current = currentAt(organizationId, ref);
      if (!current) return;
      current.wallet = changedWallet(current.wallet, change);
      for (const entryId of change.prune) current.finished.delete(entryId);
    },

    /** The entry of a reservation that its wallet has closed is closed too. */
    noteFinished: (organizationId: string, ref: WalletRef, entryId: string): void =>
      void currentAt(organizationId, ref)?.finished.add(entryId),

    /** A wallet turned out to be different, so others use it too. */
    noteOutdated(organizationId: string, ref: WalletRef): void {
      const user = users.get(nameOf(organizationId, ref.userId));
      if (user && currentAt(organizationId, ref)) user.sharedUntilMs = now() + SHARED_MS;
    },

    /** Closed reservations in a wallet whose entries are known to be closed. */
    finishedIn: (organizationId: string, ref: WalletRef): Pick<ReadonlySet<string>, 'has'> =>
      currentAt(organizationId, ref)?.finished ?? new Set(),
  };
}

const nameOf = (organizationId: string, userId: string): string => `${organizationId}#${userId}`;
