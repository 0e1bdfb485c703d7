import type { DynamoDb, Item, Key, Query } from './dynamodb.ts';

/** The pages of a read, fetched on demand. */
export const pagesOf = <Page extends { nextKey?: Key | undefined }>(
  read: (startKey: Key | undefined) => Promise<Page>,
) => pagesBy(read, ({ nextKey }) => nextKey);

/** The pages of a list that names the position after each page, fetched on demand. */
export const pagesAfter = <Page extends { next?: string | undefined }>(
  read: (after: string | undefined) => Promise<Page>,
) => pagesBy(read, ({ next }) => next);

async function* pagesBy<Page, Position>(
  read: (position: Position | undefined) => Promise<Page>,
  nextOf: (page: Page) => Position | undefined,
): AsyncGenerator<Page, void, undefined> {
  let position: Position | undefined;
  do {
    const page = await read(position);
    yield page;
    position = nextOf(page);
  } while (position !== undefined);
}

/**
 * All items of a query, or at least `most` of them. The last page can exceed that number.
 * @param countOf how much an item counts, 1 if not given
 */
export async function queryAll(
  db: DynamoDb,
  query: Query,
  most = Infinity,
  countOf: (item: Item) => number = () => 1,
): Promise<Item[]> {
  const items: Item[] = [];
  let count = 0;
  for await (const page of pagesOf((startKey) => db.query({ ...query, startKey }))) {
    items.push(...page.items);
    count += page.items.reduce((sum, item) => sum + countOf(item), 0);
    if (count >= most) break;
  }
  return items;
}
