import { randomUUID } from 'node:crypto';
import type {
  Bindings,
  DeleteWrite,
  DynamoDb,
  Item,
  Key,
  PutWrite,
  TransactionWrite,
} from './dynamodb.ts';

/** The current value, and a write that replaces it unless it has changed since. */
export type Replacement<Value> = { before: Value | undefined; write: PutWrite };

/** Identifies one write of an item. Never repeats, not even after the item was deleted. */
const MARK = 'writtenAs';

/**
 * Reads a key's item and prepares the write that replaces it, on the condition that nobody else has
 * written it since.
 * @param next builds the new item from the current one
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

/** Like `replacementOf`, for a removal. There is no write if the item does not exist. */
export async function removalOf(
  db: DynamoDb,
  table: string,
  key: Key,
): Promise<{ before: Item; write: DeleteWrite } | undefined> {
  const before = await db.get({ table, key, consistent: true });
  return before && { before, write: { kind: 'delete', table, key, ...isStill(key, before) } };
}

/**
 * Like `replacementOf`, but removes what stands if `next` returns nothing. If nothing stands and
 * nothing comes, the write only checks that this is still so.
 */
export async function changeOf(
  db: DynamoDb,
  table: string,
  key: Key,
  next: (before: Item | undefined) => Item | undefined,
): Promise<{ before: Item | undefined; write: TransactionWrite }> {
  const before = await db.get({ table, key, consistent: true });
  const after = next(before);
  const still = isStill(key, before);
  if (after) {
    const item = { ...after, ...key, [MARK]: randomUUID() };
    return { before, write: { kind: 'put', table, item, ...still } };
  }
  const kind = before ? 'delete' : 'check';
  return { before, write: { kind, table, key, ...still } };
}

/** True as long as nobody has written the item. Items older than the mark have none. */
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
