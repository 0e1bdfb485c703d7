import type { NanoUsd } from '../money.ts';
import type { Entry, SettlementFacts } from './entry.ts';

/** The wallet of a user, or one of several of a user who makes many calls at once. */
export type WalletRef = { userId: string; lane: number };

/** Money of one balance in a wallet. A balance that the wallet does not borrow from has no lease. */
export type Lease = {
  /** May be held by the next reservation. Never negative. */
  idleNanoUsd: NanoUsd;
  /** Charged by reservations that are closed; brought home to the balance at the next visit. */
  spentNanoUsd: NanoUsd;
};

/** An open entry whose money a wallet holds, or is about to. */
export type WalletEntry = Entry & { wallet: NonNullable<Entry['wallet']> };

export const isInWallet = (entry: Entry): entry is WalletEntry =>
  entry.wallet !== undefined && entry.state === 'reserved';

/** The wallet that an entry names. */
export const walletRefOf = ({ userId, wallet }: WalletEntry): WalletRef => ({
  userId,
  lane: wallet.lane,
});

/** How a reservation ended, kept in the wallet until its entry says so too. */
export type Closing = Pick<Entry, 'chargedNanoUsd' | 'closedAtMs'> &
  SettlementFacts & { state: 'settled' | 'voided' | 'expired' };

/** What a wallet knows of a reservation. */
export type WalletRecord = {
  amountNanoUsd: NanoUsd;
  /** Positions in the entry's balances that hold the amount themselves; leases hold the others. */
  exact: number[];
  /** Absent while the reservation is open. */
  closing?: Closing | undefined;
};

/**
 * What one conditional write moves when a request is reserved or settled: leases by name of their
 * balance, and the reservations that they hold.
 */
export type Wallet = {
  ref: WalletRef;
  leases: Map<string, Lease>;
  records: Map<string, WalletRecord>;
  /** No reservation that occurred at this time or before may be added any more. */
  fenceMs: number;
  /** How often closed reservations were forgotten. */
  prunes: number;
  /** Whether it is stored yet. */
  exists: boolean;
};

/** A change of a wallet, with what must hold for it to happen. All of it happens or nothing. */
export type WalletChange = {
  leases: LeaseChange[];
  /**
   * Adds a reservation that is not there, if it occurred after the fence and nothing was
   * forgotten since the wallet was read: a write that arrives late must not add one that has ended.
   */
  add?: { entryId: string; atMs: number; record: WalletRecord; prunes: number } | undefined;
  /** Closes a reservation that is open with this amount, held like this. */
  close?: { entryId: string; open: WalletRecord; closing: Closing } | undefined;
  /** Forgets closed reservations. */
  prune: string[];
  /** Lets no reservation of this time or before be added, provided that this one is not there. */
  fence?: { entryId: string; atMs: number } | undefined;
};

export type LeaseChange =
  /** Requires the lease, and the idle amount that is taken. */
  | { kind: 'move'; name: string; idleBy: NanoUsd; spentBy: NanoUsd }
  /** Requires that there is no lease. */
  | { kind: 'open'; name: string; idleNanoUsd: NanoUsd }
  /** Requires a lease that is exactly like this. */
  | { kind: 'end'; name: string; was: Lease };

/** What a change of a wallet does to a balance. */
export type HomeMove = {
  name: string;
  headroomBy: NanoUsd;
  reservedBy: NanoUsd;
  settledBy: NanoUsd;
  lentBy: NanoUsd;
  /** The headroom that must be there. */
  neededNanoUsd?: NanoUsd | undefined;
  /** The wallet has idle money of the balance from now on. */
  isBorrow?: boolean | undefined;
};

export const emptyWallet = (ref: WalletRef): Wallet => ({
  ref,
  leases: new Map(),
  records: new Map(),
  fenceMs: 0,
  prunes: 0,
  exists: false,
});

/** The wallet after a change whose conditions hold. */
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
  const { add, close, prune, fence } = change;
  if (add) records.set(add.entryId, add.record);
  if (close) records.set(close.entryId, { ...close.open, closing: close.closing });
  for (const entryId of prune) records.delete(entryId);
  return {
    ...wallet,
    leases,
    records,
    fenceMs: fence?.atMs ?? wallet.fenceMs,
    prunes: wallet.prunes + (prune.length > 0 ? 1 : 0),
    exists: true,
  };
}

/** How an entry ended, as its wallet remembers it. */
export function closingOf(entry: Entry): Closing {
  const { state, chargedNanoUsd, closedAtMs, model, usage } = entry;
  const { settlementDigest, latencyMs, quality } = entry;
  if (state === 'reserved') throw new Error('an open reservation has not ended');
  if (state !== 'settled') return { state, chargedNanoUsd, closedAtMs };
  const { disputedNanoUsd, deviations, disputedAtMs, settledKeyId } = entry;
  return {
    state,
    chargedNanoUsd,
    closedAtMs,
    model,
    usage,
    settlementDigest,
    latencyMs,
    quality,
    ...(deviations ? { disputedNanoUsd, deviations, disputedAtMs } : {}),
    ...(settledKeyId === undefined ? {} : { settledKeyId }),
  };
}

/** An open entry, ended as its wallet remembers. */
export const withClosing = (entry: Entry, closing: Closing): Entry => ({
  ...entry,
  ...closing,
  model: closing.model ?? entry.model,
  version: entry.version + 1,
});

/** The part of a change that concerns no lease: nothing. */
export const noChange = (): WalletChange => ({ leases: [], prune: [] });
