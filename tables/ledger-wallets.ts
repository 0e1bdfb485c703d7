import type { BalanceRef, Home } from '../domain/ledger/budget.ts';
import type { Entry } from '../domain/ledger/entry.ts';
import type { HomeMove, Wallet, WalletChange, WalletRef } from '../domain/ledger/wallet.ts';
import type { DynamoDb, Key, TransactionWrite } from './dynamodb.ts';
import { balanceKey } from './ledger-budget-items.ts';
import * as items from './ledger-wallet-items.ts';
import { borrowerPuts, homeWrite, walletWrite } from './ledger-wallet-writes.ts';
import { entryReplacement } from './ledger-entry-writes.ts';
import { ledgerTable } from './ledger-table.ts';

export type WalletResult =
  | { kind: 'done' }
  /** The wallet is not as the change demands; this is how it stands. */
  | { kind: 'moved'; wallet: Wallet }
  /** A balance is not as the change demands, or the entry is not open. */
  | { kind: 'refused' }
  /** Nothing was decided; the same may be tried again after a pause. */
  | { kind: 'conflict' };

export type WalletStore = ReturnType<typeof createWalletStore>;

/** Wallets, what moves between them and the balances, and who has borrowed. */
export function createWalletStore(db: DynamoDb, { retentionDays }: { retentionDays: number }) {
  const { name: table } = ledgerTable;

  return {
    async get(organizationId: string, ref: WalletRef): Promise<Wallet> {
      const key = items.walletKey(organizationId, ref);
      return items.parseWallet(ref, await db.get({ table, key, consistent: true }));
    },

    /** Up to 100 wallets. */
    async getMany(organizationId: string, refs: WalletRef[]): Promise<Wallet[]> {
      const keys = refs.map((ref) => ({ table, key: items.walletKey(organizationId, ref) }));
      const found = await db.batchGet(keys, { consistent: true });
      return refs.map((ref, position) => items.parseWallet(ref, found[position]));
    },

    /**
     * Changes a wallet, and with it balances, all or nothing: one write where no balance moves.
     * @param known the wallet as it was read
     * @param replaced an entry put before, which this offer of the same request replaces
     */
    async change(
      organizationId: string,
      known: Wallet,
      change: WalletChange,
      moves: HomeMove[],
      replaced?: Entry,
    ): Promise<WalletResult> {
      const write = walletWrite(table, organizationId, known, change);
      const others: TransactionWrite[] = [
        ...moves.map((move) => homeWrite(table, organizationId, move)),
        ...borrowerPuts(table, organizationId, known.ref, change, retentionDays),
        ...(replaced ? [entryReplacement(replaced, retentionDays)] : []),
      ];
      if (others.length === 0) {
        const result = await db.write(write);
        if (result.ok) return { kind: 'done' };
        return { kind: 'moved', wallet: items.parseWallet(known.ref, result.reason.old) };
      }
      const result = await db.transact([write, ...others]);
      if (result.ok) return { kind: 'done' };
      const [own] = result.reasons;
      if (own?.kind === 'condition') {
        return { kind: 'moved', wallet: items.parseWallet(known.ref, own.old) };
      }
      const isRefused = result.reasons.some(({ kind }) => kind === 'condition');
      return { kind: isRefused ? 'refused' : 'conflict' };
    },

    /** Ends leases of several wallets on one balance, all or nothing. */
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

    /** Notes that no wallet has idle money of a balance, if none has borrowed since it was read. */
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

    /** Wallets that have borrowed from a balance at some time. */
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
        wallets: page.items.map((item) => items.parseWalletId(String(item['sk']))),
        nextKey: page.nextKey,
      };
    },

    /** Moves headroom, and the limit with it, from lanes of a balance to another of its lanes. */
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
