import { analyticsCacheTable } from '../tables/analytics-cache.ts';
import type { DynamoDb } from '../tables/dynamodb.ts';
import { ledgerTable } from '../tables/ledger/table.ts';

const KEY = { pk: 'health', sk: 'health' };
const MARK_LIVES_SECONDS = 3_600;

/** Checks that the store can be read and written. */
export const healthChecks = (db: DynamoDb, now: () => number) => [
  { name: 'ledger', run: () => db.get({ table: ledgerTable.name, key: KEY }) },
  {
    name: 'writes',
    // Writes to a table that holds only copies, because a public function must not be able to
    // change the ledger.
    run: () =>
      db.write({
        kind: 'put',
        table: analyticsCacheTable.name,
        item: { ...KEY, ttl: Math.floor(now() / 1_000) + MARK_LIVES_SECONDS },
      }),
  },
];
