import { randomUUID } from 'node:crypto';
import type { Bindings, DeleteWrite, DynamoDb, Item, Key, PutWrite } from './dynamodb.ts';

/** What stands, and the write that puts something else there as long as it still does. */
export type Replacement<Value> = { before: Value | undefined; write: PutWrite };

/** Marks one writing of an item; never the same twice, not even after the item was gone. */
const MARK = 'writtenAs';

/**
 * Reads what stands under a key, and prepares the write that replaces it on condition that nobody
 * else has written there since.
 * @param next the item to put, made of the one that stands
 */
export async function replacementOf(
  db: DynamoDb,
  table: string,
  key: Key,
  next: (before: Item | undefined) => Item,
): Promise<{ before: Item | undefined; write: PutWrite }> {
  const before = await db.get({ table, key, consistent: true });
  const item = { ...next(before), ...key, [MARK]: randomUUID() };
  return { before, write: { kind: 'put', table, item, ...isStill(key, before) } };
}

/** Like `replacementOf`, for what is to be removed; there is no write where nothing stands. */
export async function removalOf(
  db: DynamoDb,
  table: string,
  key: Key,
): Promise<{ before: Item; write: DeleteWrite } | undefined> {
  const before = await db.get({ table, key, consistent: true });
  return before && { before, write: { kind: 'delete', table, key, ...isStill(key, before) } };
}

/** Holds as long as nobody has written; items from before there was a mark have none. */
function isStill(key: Key, before: Item | undefined): { condition: string } & Bindings {
  const [partition = ''] = Object.keys(key);
  const mark = before?.[MARK];
  const names = { '#key': partition, '#mark': MARK };
  if (!before) return { condition: 'attribute_not_exists(#key)', names: { '#key': partition } };
  if (mark === undefined) {
    return { condition: 'attribute_exists(#key) AND attribute_not_exists(#mark)', names };
  }
  return { condition: '#mark = :mark', names: { '#mark': MARK }, values: { ':mark': mark } };
}
