import type { DynamoDb, Item, Key } from './dynamodb.ts';

const MAX_KEYS_PER_READ = 100;

type ReadOptions = { consistent?: boolean };

/** Any number of items of one table, in the order of their keys. */
export const readMany = (
  db: DynamoDb,
  table: string,
  keys: readonly Key[],
  options: ReadOptions = {},
): Promise<(Item | undefined)[]> =>
  readItems(
    db,
    keys.map((key) => ({ table, key })),
    options,
  );

/** Any number of items of any tables, in the order requested. */
export async function readItems(
  db: DynamoDb,
  addresses: readonly { table: string; key: Key }[],
  options: ReadOptions = {},
): Promise<(Item | undefined)[]> {
  const items: (Item | undefined)[] = [];
  for (let first = 0; first < addresses.length; first += MAX_KEYS_PER_READ) {
    const page = addresses.slice(first, first + MAX_KEYS_PER_READ);
    const keys = page.map(({ table, key }) => ({ table, key }));
    items.push(...(await db.batchGet(keys, options)));
  }
  return items;
}
