import type { DynamoDb, Item, Key, Query } from './dynamodb.ts';

/** The pages of a read, each read once it is asked for. */
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

/**
 * The items of a query, page by page, until there are `most` or the query ends. The last page may bring
 * more than that.
 */
export async function queryAll(db: DynamoDb, query: Query, most = Infinity): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pagesOf((startKey) => db.query({ ...query, startKey }))) {
    items.push(...page.items);
    if (items.length >= most) break;
  }
  return items;
}
