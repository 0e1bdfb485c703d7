import type { DynamoDb, Item, Key, Query } from './dynamodb.ts';

/** The pages of a read, fetched on demand. */
export async function* pagesOf<Page extends { nextKey?: Key | undefined }>(
  read: (startKey: Key | undefined) => Promise<Page>,
): AsyncGenerator<Page, void, undefined> {
  let startKey: Key | undefined;
  do {
    const page = await read(startKey);
    yield page;
    startKey = page.nextKey;
  } while (startKey !== undefined);
}

/** All items of a query, or at least `most` of them. The last page can exceed that number. */
export async function queryAll(db: DynamoDb, query: Query, most = Infinity): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pagesOf((startKey) => db.query({ ...query, startKey }))) {
    items.push(...page.items);
    if (items.length >= most) break;
  }
  return items;
}
