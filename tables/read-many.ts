import type { DynamoDb, Item, Key } from './dynamodb.ts';

const MAX_KEYS_PER_READ = 100;

/** Items by key, in the order of the keys, however many there are. */
export async function readMany(
  db: DynamoDb,
  table: string,
  keys: readonly Key[],
  options: { consistent?: boolean } = {},
): Promise<(Item | undefined)[]> {
  const items: (Item | undefined)[] = [];
  for (let first = 0; first < keys.length; first += MAX_KEYS_PER_READ) {
    const some = keys.slice(first, first + MAX_KEYS_PER_READ);
    items.push(
      ...(await db.batchGet(
        some.map((key) => ({ table, key })),
        options,
      )),
    );
  }
  return items;
}
