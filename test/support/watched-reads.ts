import type { DynamoDb } from '../../tables/dynamodb.ts';

/**
 * Passes everything to a store, and notes each kind of read: its table and index, and whether it sees
 * all earlier writes. The ledger's reads have tests of their own.
 */
export function watchedReads(db: DynamoDb, note: (read: string) => void): DynamoDb {
  const noteRead = (
    kind: string,
    { table, index, consistent }: { table: string; index?: string; consistent?: boolean },
  ): void => {
    if (table === 'ledger') return;
    const place = index === undefined ? table : `${table} by ${index}`;
    note(`${kind} ${place}, ${consistent ? 'consistent' : 'eventual'}`);
  };
  return {
    get: (request) => {
      noteRead('get', request);
      return db.get(request);
    },
    batchGet: (keys, options) => {
      for (const { table } of keys) noteRead('batch', { table, ...options });
      return db.batchGet(keys, options);
    },
    query: (request) => {
      noteRead('query', request);
      return db.query(request);
    },
    write: (write) => db.write(write),
    transact: (writes) => db.transact(writes),
    scan: (request) => db.scan(request),
  };
}
