import { type DynamoDb, StoreUnavailableError } from '../../tables/dynamodb.ts';

/** An unreliable store: a third of its transactions fail, each possible failure in turn. */
export function roughStore(db: DynamoDb, isBad: () => boolean): DynamoDb {
  let count = 0;
  return {
    ...db,
    async transact(writes) {
      if (!isBad()) return db.transact(writes);
      count += 1;
      if (count % 9 === 2) return { ok: false, reasons: writes.map(() => ({ kind: 'conflict' })) };
      if (count % 9 === 5) throw new StoreUnavailableError('the request was lost');
      const result = await db.transact(writes);
      if (count % 9 === 8) throw new StoreUnavailableError('the answer was lost');
      return result;
    },
  };
}
