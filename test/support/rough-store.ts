import { type DynamoDb, StoreUnavailableError } from '../../tables/dynamodb.ts';

/** The store on a bad day: what may happen to a transaction happens to a third of them, by turns. */
export function roughStore(db: DynamoDb, isBad: () => boolean): DynamoDb {
  let met = 0;
  return {
    ...db,
    async transact(writes) {
      if (!isBad()) return db.transact(writes);
      met += 1;
      if (met % 9 === 2) return { ok: false, reasons: writes.map(() => ({ kind: 'conflict' })) };
      if (met % 9 === 5) throw new StoreUnavailableError('the request was lost');
      const result = await db.transact(writes);
      if (met % 9 === 8) throw new StoreUnavailableError('the answer was lost');
      return result;
    },
  };
}
