import type { NanoUsd } from '../money.ts';
import type { CountMove } from './counts.ts';
import { type Entry, renamedBy, type SettlementFacts } from './entry.ts';

/** A user's wallet, or one of several if the user makes many calls at once. */
export type WalletRef = { userId: string; lane: number };

/** One balance's money in a wallet. A wallet has leases only on balances it borrows from. */
export type Lease = {
  /** Available to the next reservation. Never negative. */
  idleNanoUsd: NanoUsd;
  /** Charged by closed reservations; returned to the balance with the next write to it. */
  spentNanoUsd: NanoUsd;
};

/** An open entry whose money a wallet holds or is about to hold. */
export type WalletEntry = Entry & { wallet: NonNullable<Entry['wallet']> };

export const isInWallet = (entry: Entry): entry is WalletEntry =>
  entry.wallet !== undefined && entry.state === 'reserved';

/** The wallet that an entry names. */
export const walletRefOf = ({ userId, wallet }: WalletEntry): WalletRef => ({
  userId,
  lane: wallet.lane,
});

/** How a reservation ended. The wallet keeps it until the entry is updated too. */
export type Closing = Pick<Entry, 'chargedNanoUsd' | 'closedAtMs'> &
  SettlementFacts & { state: 'settled' | 'voided' | 'expired' };

/** What a wallet stores about a reservation. */
export type WalletRecord = {
  amountNanoUsd: NanoUsd;
  /** Positions of the entry's balances that hold the amount themselves. Leases hold the others. */
  exact: number[];
  /** When the hold ends, if it was extended. */
  expiresAtMs?: number | undefined;
  /** Absent while the reservation is open. */
  closing?: Closing | undefined;
};

/**
 * What one conditional write changes when a request is reserved or settled: leases by balance name,
 * and the reservations that they hold.
 */
export type Wallet = {
  ref: WalletRef;
  leases: Map<string, Lease>;
  records: Map<string, WalletRecord>;
  /** The wallet accepts no reservation that occurred at or before this time. */
  fenceMs: number;
  /** How many times closed reservations were removed. */
  prunes: number;
  /** How many wallets its user had in use when this one last held something. */
  count: number;
  /** How many the user needs now, if that differs; the next hold notes it. */
  neededCount?: number | undefined;
  /** Whether the wallet is stored yet. */
  exists: boolean;
};

/** A change of a wallet and its conditions, applied as a whole or not at all. */
export type WalletChange = {
  leases: LeaseChange[];
  /**
   * Adds a reservation if it is not there yet, occurred after the fence, and no reservation was
   * removed since the wallet was read. This keeps a delayed write from adding one that has already
   * ended.
   */
  add?:
    | {
        entryId: string;
        atMs: number;
        record: WalletRecord;
        prunes: number;
        /** Notes how many wallets the user has in use. */
        count?: number | undefined;
      }
    | undefined;
  /**
   * Closes a reservation, provided that it is open with this amount and these positions. It expires
   * only if the record has the same `expiresAtMs`.
   */
  close?: { entryId: string; open: WalletRecord; closing: Closing } | undefined;
  /** Notes the later end of a reservation, provided that it is open. */
  extend?: { entryId: string; expiresAtMs: number } | undefined;
  /** Removes closed reservations. */
  prune: string[];
  /** Blocks reservations up to this time, provided that this one has not been added. */
  fence?: { entryId: string; atMs: number } | undefined;
};

export type LeaseChange =
  /** Requires the lease and, if `idleBy` is negative, that much idle money. */
  | { kind: 'move'; name: string; idleBy: NanoUsd; spentBy: NanoUsd }
  /** Requires that the lease does not exist. */
  | { kind: 'open'; name: string; idleNanoUsd: NanoUsd }
  /** Requires that the lease still has exactly these amounts. */
  | { kind: 'end'; name: string; was: Lease };

/** What a change of a wallet does to a balance. */
export type HomeMove = {
  name: string;
  headroomBy: NanoUsd;
  reservedBy: NanoUsd;
  settledBy: NanoUsd;
  lentBy: NanoUsd;
  /** The headroom that the balance must have. */
  neededNanoUsd?: NanoUsd | undefined;
  /** What it does to the balance's counters. */
  counts?: CountMove | undefined;
  /** True if the wallet will have idle money of this balance. */
  isBorrow?: boolean | undefined;
};

export const emptyWallet = (ref: WalletRef): Wallet => ({
  ref,
  leases: new Map(),
  records: new Map(),
  fenceMs: 0,
  prunes: 0,
  count: 1,
  exists: false,
});

/** The wallet after a change whose conditions held. */
export function changedWallet(wallet: Wallet, change: WalletChange): Wallet {
  const leases = new Map(wallet.leases);
  for (const lease of change.leases) {
    if (lease.kind === 'end') leases.delete(lease.name);
    else if (lease.kind === 'open') {
      leases.set(lease.name, { idleNanoUsd: lease.idleNanoUsd, spentNanoUsd: 0n });
    } else {
      const was = leases.get(lease.name) ?? { idleNanoUsd: 0n, spentNanoUsd: 0n };
      leases.set(lease.name, {
        idleNanoUsd: was.idleNanoUsd + lease.idleBy,
        spentNanoUsd: was.spentNanoUsd + lease.spentBy,
      });
    }
  }
  const records = new Map(wallet.records);
  const { add, close, extend, prune, fence } = change;
  if (add) records.set(add.entryId, add.record);
  if (close) records.set(close.entryId, closedRecord(close));
  const extended = extend && records.get(extend.entryId);
  if (extended) records.set(extend.entryId, { ...extended, expiresAtMs: extend.expiresAtMs });
  for (const entryId of prune) records.delete(entryId);
  const { neededCount: _, ...others } = wallet;
  return {
    ...others,
    leases,
    records,
    fenceMs: fence?.atMs ?? wallet.fenceMs,
    prunes: wallet.prunes + (prune.length > 0 ? 1 : 0),
    count: add?.count ?? wallet.count,
    exists: true,
  };
}

/** How many open reservations a wallet holds. */
export const openRecordsIn = ({ records }: Wallet): number =>
  [...records.values()].filter(({ closing }) => closing === undefined).length;

/** A record once its reservation has ended. When its hold would have ended no longer matters. */
export const closedRecord = ({
  open: { amountNanoUsd, exact },
  closing,
}: NonNullable<WalletChange['close']>): WalletRecord => ({ amountNanoUsd, exact, closing });

/** How an entry ended, as stored in its wallet. */
export function closingOf(entry: Entry): Closing {
  const { state, chargedNanoUsd, closedAtMs, model, usage } = entry;
  const { settlementDigest, latencyMs, quality } = entry;
  if (state === 'reserved') throw new Error('an open reservation has not ended');
  if (state !== 'settled') return { state, chargedNanoUsd, closedAtMs };
  const { disputedNanoUsd, deviations, disputedAtMs, settledKeyId } = entry;
  const { pricedNanoUsd, reportedNanoUsd, priceBasis, unreadMembers, delivery } = entry;
  const { terms, answer, saving } = entry;
  return {
    state,
    chargedNanoUsd,
    closedAtMs,
    model,
    usage,
    settlementDigest,
    latencyMs,
    quality,
    ...(pricedNanoUsd === undefined ? {} : { pricedNanoUsd }),
    ...(reportedNanoUsd === undefined ? {} : { reportedNanoUsd }),
    ...(priceBasis ? { priceBasis } : {}),
    ...(unreadMembers ? { unreadMembers } : {}),
    ...(delivery ? { delivery } : {}),
    ...(terms ? { terms } : {}),
    ...(answer ? { answer } : {}),
    ...(saving ? { saving } : {}),
    ...(deviations ? { disputedNanoUsd, deviations, disputedAtMs } : {}),
    ...(settledKeyId === undefined ? {} : { settledKeyId }),
  };
}

/** Applies a wallet's record of how an open entry ended. */
export const withClosing = (entry: Entry, closing: Closing): Entry => ({
  ...entry,
  ...closing,
  model: closing.model ?? entry.model,
  balances: closing.balances ?? entry.balances,
  counts: closing.counts ?? entry.counts,
  ...renamedBy(entry, closing.model),
  version: entry.version + 1,
});

/** A change that does nothing yet. */
export const noChange = (): WalletChange => ({ leases: [], prune: [] });
