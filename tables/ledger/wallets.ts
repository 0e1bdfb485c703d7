import type { BalanceRef, Home } from '../../domain/ledger/budget.ts';
import type { Claimed } from '../../domain/ledger/claim.ts';
import { conductChangeOf } from '../../domain/ledger/conduct.ts';
import type { Entry } from '../../domain/ledger/entry.ts';
import type { HomeMove, Wallet, WalletChange, WalletRef } from '../../domain/ledger/wallet.ts';
import type { CancellationReason, DynamoDb, Key, TransactionWrite } from '../dynamodb.ts';
import type { BalanceUse } from './balance-writes.ts';
import { balanceKey } from './budget-items.ts';
import * as items from './wallet-items.ts';
import { borrowerPuts, homeWrite, walletWrite } from './wallet-writes.ts';
import { ownHoldPuts } from './own-holds.ts';
import type { EntryStorage } from './entry-storage.ts';
import { entryReplacement } from './entry-writes.ts';
import { newEntryPuts, type PutRefusal, putRefusalOf } from './new-entry.ts';
import { claimWrites, conductWrites } from './conduct.ts';
import { parseKey } from './key.ts';
import { ledgerTable } from './table.ts';
import { readMany } from '../read-many.ts';
import type { ItemRead } from '../read-plan.ts';

/** How to write the entry in the transaction that holds it. */
export type EntryWrite =
  /** It is new, and so is its opaque Idempotency-Key. */
  | { kind: 'put'; entry: Entry; opaqueKey: string | undefined }
  /** It was put before, for this or another offer of the same request, and is still open. */
  | { kind: 'replace'; entry: Entry };

/** How a reservation ends in its wallet. */
export type Ending = { before: Entry; after: Entry; claimed?: Claimed | undefined };

export type WalletResult =
  | { kind: 'done' }
  /** The wallet does not meet the change's conditions; this is its current state. */
  | { kind: 'moved'; wallet: Wallet }
  /** A balance does not meet the change's conditions, or the entry is not open. */
  | { kind: 'refused' }
  /** Nothing was decided, so the caller may retry after a pause. */
  | { kind: 'conflict' };

/** A wallet; empty if nothing was ever borrowed. */
export const walletRead = (organizationId: string, ref: WalletRef): ItemRead<Wallet> => ({
  table: ledgerTable.name,
  key: items.walletKey(organizationId, ref),
  parse: (item) => items.parseWallet(ref, item),
});

export type WalletStore = ReturnType<typeof createWalletStore>;

const { name: table } = ledgerTable;

/** Wallets, transfers between them and balances, and lists of borrowers. */
export const createWalletStore = (db: DynamoDb, storage: EntryStorage) => ({
  ...walletReads(db),
  ...walletChanges(db, storage),
  ...loans(db),
  ...lanes(db),
});

/** Reads wallets. */
function walletReads(db: DynamoDb) {
  return {
    async get(organizationId: string, ref: WalletRef): Promise<Wallet> {
      const key = items.walletKey(organizationId, ref);
      return items.parseWallet(ref, await db.get({ table, key, consistent: true }));
    },

    async getMany(organizationId: string, refs: WalletRef[]): Promise<Wallet[]> {
      const keys = refs.map((ref) => items.walletKey(organizationId, ref));
      const stored = await readMany(db, table, keys, { consistent: true });
      return refs.map((ref, position) => items.parseWallet(ref, stored[position]));
    },
  };
}

/** Changes a wallet's contents, alone or together with an entry. */
function walletChanges(db: DynamoDb, storage: EntryStorage) {
  const { retentionDays } = storage;
  return {
    /**
     * Changes a wallet and the balances involved, all or nothing. It needs only one write if no
     * balance changes.
     * @param wallet the wallet as read
     * @param ending the reservation that ends with the change. Its effects on the key's conduct and
     *   claims are written too; if more was claimed since, that is a `conflict`.
     */
    async change(
      organizationId: string,
      wallet: Wallet,
      change: WalletChange,
      { moves, ending }: { moves: HomeMove[]; ending?: Ending },
    ): Promise<WalletResult> {
      const further = ending
        ? [
            ...conductWrites(conductChangeOf(ending.before, ending.after)),
            ...claimWrites(ending.claimed),
          ]
        : [];
      if (moves.length > 0 || further.length > 0) {
        const writes = writesOf(organizationId, { wallet, change, moves }, retentionDays);
        const result = await db.transact([...writes, ...further]);
        if (result.ok) return { kind: 'done' };
        return refusalOf(wallet.ref, result.reasons.slice(0, writes.length));
      }
      const result = await db.write(walletWrite(table, organizationId, wallet, change));
      if (result.ok) return { kind: 'done' };
      return { kind: 'moved', wallet: items.parseWallet(wallet.ref, result.reason.old) };
    },

    /** The same, including the change's entry in the transaction. */
    async changeWithEntry(
      organizationId: string,
      wallet: Wallet,
      change: WalletChange,
      { moves, write }: { moves: HomeMove[]; write: EntryWrite },
    ): Promise<WalletResult | PutRefusal> {
      const writes = writesOf(organizationId, { wallet, change, moves }, retentionDays);
      const entryFrom = writes.length;
      const result = await db.transact([...writes, ...entryWrites(write, storage)]);
      if (result.ok) return { kind: 'done' };
      const reasons = result.reasons.slice(entryFrom);
      const put = write.kind === 'put' ? putRefusalOf(reasons, write.opaqueKey) : undefined;
      return put ?? refusalOf(wallet.ref, result.reasons);
    },
  };
}

/** Transfers between wallets and the balances that lend to them. */
function loans(db: DynamoDb) {
  return {
    /** Ends the leases of several wallets on one balance, all or nothing. */
    async drawIn(
      organizationId: string,
      ends: { wallet: Wallet; change: WalletChange }[],
      move: HomeMove,
    ): Promise<'done' | 'moved' | 'conflict'> {
      const result = await db.transact([
        homeWrite(table, organizationId, move),
        ...ends.map(({ wallet, change }) => walletWrite(table, organizationId, wallet, change)),
      ]);
      if (result.ok) return 'done';
      return result.reasons.some(({ kind }) => kind === 'condition') ? 'moved' : 'conflict';
    },

    /**
     * Records that no wallet has idle money of a balance, unless one has borrowed since it was
     * read.
     */
    async markDrawnIn(organizationId: string, { ref, balance }: Home): Promise<void> {
      await db.write({
        kind: 'update',
        table,
        key: balanceKey(organizationId, ref),
        update: 'SET x = :yes',
        condition: 'b = :borrows',
        values: { ':yes': true, ':borrows': balance.borrows },
      });
    },

    /** Wallets that have ever borrowed from a balance. */
    async listBorrowers(
      organizationId: string,
      balanceName: string,
      startKey?: Key,
    ): Promise<{ wallets: WalletRef[]; nextKey?: Key | undefined }> {
      const page = await db.query({
        table,
        condition: 'pk = :pk',
        values: { ':pk': items.borrowersPartition(organizationId, balanceName) },
        startKey,
        consistent: true,
      });
      return {
        wallets: page.items.map((item) => items.parseWalletId(parseKey(item).sk)),
        nextKey: page.nextKey,
      };
    },
  };
}

/** Transfers between lanes of one balance. */
function lanes(db: DynamoDb) {
  return {
    /** Moves headroom and limit from some lanes of a balance to another. */
    async level(
      organizationId: string,
      from: { ref: BalanceRef; amountNanoUsd: bigint }[],
      to: BalanceRef,
    ): Promise<'done' | 'refused' | 'conflict'> {
      const sum = from.reduce((total, { amountNanoUsd }) => total + amountNanoUsd, 0n);
      const write = (ref: BalanceRef, by: bigint): TransactionWrite => ({
        kind: 'update',
        table,
        key: balanceKey(organizationId, ref),
        update: 'SET l = l + :by, h = h + :by',
        condition: by < 0n ? 'h >= :taken' : 'attribute_exists(pk)',
        values: { ':by': by, ...(by < 0n ? { ':taken': -by } : {}) },
      });
      const result = await db.transact([
        write(to, sum),
        ...from.map(({ ref, amountNanoUsd }) => write(ref, -amountNanoUsd)),
      ]);
      if (result.ok) return 'done';
      return result.reasons.some(({ kind }) => kind === 'condition') ? 'refused' : 'conflict';
    },
  };
}

function entryWrites(write: EntryWrite, storage: EntryStorage): TransactionWrite[] {
  const { entry } = write;
  if (write.kind === 'put') return newEntryPuts(entry, write.opaqueKey, storage);
  return [entryReplacement(entry, storage), ...ownHoldPuts(entry, storage)];
}

/** @param reasons starting with the wallet's */
function refusalOf(ref: WalletRef, reasons: CancellationReason[]): WalletResult {
  const [own] = reasons;
  if (own?.kind === 'condition') return { kind: 'moved', wallet: items.parseWallet(ref, own.old) };
  const isRefused = reasons.some(({ kind }) => kind === 'condition');
  return { kind: isRefused ? 'refused' : 'conflict' };
}

/** Holding, settling and voiding count as use. Expiries do not. */
function useBy({ add, close }: WalletChange, retentionDays: number): BalanceUse | undefined {
  const { state, closedAtMs } = close?.closing ?? {};
  const atMs = add?.atMs ?? (state === 'expired' ? undefined : closedAtMs);
  return atMs === undefined ? undefined : { atMs, retentionDays };
}

/** The writes of one wallet change: the wallet, its balances, and its entries as a borrower. */
const writesOf = (
  organizationId: string,
  { wallet, change, moves }: { wallet: Wallet; change: WalletChange; moves: HomeMove[] },
  retentionDays: number,
): TransactionWrite[] => [
  walletWrite(table, organizationId, wallet, change),
  ...moves.map((move) => homeWrite(table, organizationId, move, useBy(change, retentionDays))),
  ...borrowerPuts({ table, retentionDays }, organizationId, wallet.ref, change),
];
