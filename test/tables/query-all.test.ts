import { describe, expect, it } from 'vitest';
import type { DynamoDb, Query } from '../../tables/dynamodb.ts';
import { pagesOf, queryAll } from '../../tables/query-all.ts';

/** A store of the numbers from 0 to 9 in pages of four. */
function numberedStore() {
  const asked: Query[] = [];
  const query: DynamoDb['query'] = async (request) => {
    asked.push(request);
    const first = Number(request.startKey?.['n'] ?? 0);
    const numbers = Array.from({ length: Math.min(4, 10 - first) }, (_, at) => ({ n: first + at }));
    const next = first + numbers.length;
    return { items: numbers, nextKey: next < 10 ? { n: next } : undefined };
  };
  return { db: { query } as DynamoDb, asked };
}

const QUERY: Query = { table: 't', condition: 'pk = :pk', values: { ':pk': 'a' }, limit: 4 };
const numbersOf = (items: { n?: unknown }[]) => items.map(({ n }) => n);

describe('a query read to its end', () => {
  it('brings every item in order, by the same query for every page', async () => {
    const { db, asked } = numberedStore();
    expect(numbersOf(await queryAll(db, QUERY))).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(asked).toEqual([undefined, 4, 8].map((n) => ({ ...QUERY, startKey: n && { n } })));
  });

  it.each([
    [1, 4],
    [4, 4],
    [5, 8],
  ])('stops with the page that brings item %i', async (most, count) => {
    const { db, asked } = numberedStore();
    expect(await queryAll(db, QUERY, most)).toHaveLength(count);
    expect(asked).toHaveLength(count / 4);
  });
});

it('reads a page only on demand', async () => {
  const { db, asked } = numberedStore();
  for await (const { items } of pagesOf((startKey) => db.query({ ...QUERY, startKey }))) {
    if (numbersOf(items).includes(4)) break;
  }
  expect(asked).toHaveLength(2);
});
