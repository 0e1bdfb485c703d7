import type { BalanceRef } from '../../domain/ledger/budget.ts';
import { parseBalanceName } from '../../domain/ledger/budget.ts';
import type { BalanceChange, Entry } from '../../domain/ledger/entry.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';
import { balanceKey } from '../../tables/ledger-budget-items.ts';
import { entryItem } from '../../tables/ledger-entry-items.ts';
import { storedMoney } from '../../tables/ledger-key.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { LedgerStore } from '../../tables/ledger.ts';

const { ledger: ledgerTable } = TABLE_DEFINITIONS;
const DAY_SECONDS = 86_400;

/**
 * The ledger as many write it first: what a balance is has been read, so what it becomes is written,
 * without a condition and without a transaction. It must be found overspending.
 */
export function createNaiveLedger(db: DynamoDb, ledger: LedgerStore): LedgerStore {
  async function add(
    organizationId: string,
    ref: BalanceRef,
    change: BalanceChange,
  ): Promise<void> {
    const key = balanceKey(organizationId, ref);
    const balance = await db.get({ table: ledgerTable.name, key, consistent: true });
    if (!balance) throw new Error('a balance is missing');
    const item = {
      ...balance,
      h: storedMoney(balance['h']) + change.headroomNanoUsd,
      r: storedMoney(balance['r']) + change.reservedNanoUsd,
      s: storedMoney(balance['s']) + change.settledNanoUsd,
    };
    await db.write({ kind: 'put', table: ledgerTable.name, item });
  }

  async function put(entry: Entry): Promise<void> {
    const item = entryItem(entry, Math.floor(entry.occurredAtMs / 1_000) + DAY_SECONDS);
    await db.write({ kind: 'put', table: ledgerTable.name, item });
  }

  return {
    ...ledger,
    async reserve(entry, affected, change) {
      await put(entry);
      for (const { ref } of affected) await add(entry.organizationId, ref, change);
      return { kind: 'done' };
    },
    async change(_, after, change) {
      await put(after);
      for (const name of after.balances) {
        await add(after.organizationId, parseBalanceName(name), change);
      }
      return { kind: 'done' };
    },
  };
}
