import type { DynamoDb, Item, Key } from '../../tables/dynamodb.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';

/** One key that a call read or wrote; a query of a partition has no sort key. */
export type Touch = { kind: 'read' | 'write'; table: string; partition: string; sort?: string };

/** A store that notes every key that is read or written through it. */
export function recordingStore(db: DynamoDb): { db: DynamoDb; touches: Touch[] } {
  const touches: Touch[] = [];
  const note = (kind: Touch['kind'], table: string, key: Key | Item): void => {
    const definition = Object.values(TABLE_DEFINITIONS).find(({ name }) => name === table);
    const partition = String(key[definition?.partitionKey.name ?? '']);
    const sort = key[definition?.sortKey?.name ?? ''];
    touches.push({ kind, table, partition, ...(sort === undefined ? {} : { sort: String(sort) }) });
  };
  return {
    touches,
    db: {
      ...db,
      get(request) {
        note('read', request.table, request.key);
        return db.get(request);
      },
      batchGet(keys, options) {
        for (const { table, key } of keys) note('read', table, key);
        return db.batchGet(keys, options);
      },
      query(request) {
        const [, placeholder = ''] = /^\S+ = (:\w+)/.exec(request.condition) ?? [];
        const partition = String(request.values?.[placeholder]);
        touches.push({ kind: 'read', table: request.table, partition });
        return db.query(request);
      },
      write(write) {
        note('write', write.table, write.kind === 'put' ? write.item : write.key);
        return db.write(write);
      },
      transact(writes) {
        for (const write of writes) {
          note('write', write.table, write.kind === 'put' ? write.item : write.key);
        }
        return db.transact(writes);
      },
    },
  };
}
