import { createLocalTables } from '../../../aws/local-tables.ts';
import { ledgerTable } from '../../../tables/ledger/table.ts';
import type { DynamoDb, TransactionWrite } from '../../../tables/dynamodb.ts';
import { uuidV7 } from '../../replay/uuid-v7.ts';

/** As many balances as there are budgets on a benchmark request. */
const BALANCES = ['department', 'organization', 'system'];
const USERS = 16;
const AMOUNT = 5_000_000n;
const HEADROOM = 10n ** 15n;

/**
 * The minimum that a ledger of this design can do: the two transactions, each over an entry and
 * four balances, on a ledger table of the same store, without anything else.
 */
export type BareLedger = {
  reserve: (index: number) => Promise<string>;
  settle: (index: number, id: string) => Promise<void>;
  getItem: (index: number) => Promise<void>;
};

export async function createBareLedger(dynamoDbEndpoint: string): Promise<BareLedger> {
  const db = await createLocalTables(dynamoDbEndpoint, 'purser-bench-', [ledgerTable]);
  const users = Array.from({ length: USERS }, (_, user) => `user-${user}`);
  for (const name of [...BALANCES, ...users]) {
    await db.write({
      kind: 'put',
      table: ledgerTable.name,
      item: { ...balanceKey(name), h: HEADROOM, r: 0n, s: 0n },
    });
  }
  const balancesOf = (index: number): string[] => [...BALANCES, `user-${index % USERS}`];
  return {
    async reserve(index) {
      const id = uuidV7();
      await mustTransact(db, [
        {
          kind: 'put',
          table: ledgerTable.name,
          item: { ...entryKey(id), st: 'reserved', amt: AMOUNT, note: 'x'.repeat(600) },
          condition: 'attribute_not_exists(pk)',
        },
        ...balancesOf(index).map((name) =>
          balanceUpdate(name, 'SET h = h - :a, r = r + :a', 'h >= :a'),
        ),
      ]);
      return id;
    },
    async settle(index, id) {
      await mustTransact(db, [
        {
          kind: 'update',
          table: ledgerTable.name,
          key: entryKey(id),
          update: 'SET st = :settled, chg = :a',
          condition: 'st = :reserved',
          values: { ':settled': 'settled', ':reserved': 'reserved', ':a': AMOUNT },
        },
        ...balancesOf(index).map((name) => balanceUpdate(name, 'SET r = r - :a, s = s + :a')),
      ]);
    },
    async getItem(index) {
      await db.get({ table: ledgerTable.name, key: balanceKey(`user-${index % USERS}`) });
    },
  };
}

async function mustTransact(db: DynamoDb, writes: TransactionWrite[]): Promise<void> {
  const result = await db.transact(writes);
  if (!result.ok) throw new Error(`a bare transaction was refused: ${JSON.stringify(result)}`);
}

const balanceUpdate = (name: string, update: string, condition?: string): TransactionWrite => ({
  kind: 'update',
  table: ledgerTable.name,
  key: balanceKey(name),
  update,
  ...(condition === undefined ? {} : { condition }),
  values: { ':a': AMOUNT },
});

const balanceKey = (name: string) => ({ pk: `bench#${name}`, sk: 'balance' });
const entryKey = (id: string) => ({ pk: `bench#entry#${id}`, sk: 'entry' });
