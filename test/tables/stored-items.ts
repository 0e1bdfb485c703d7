import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Item } from '../../tables/dynamodb.ts';
import { storedItem } from '../simulation/stored-values.ts';

/** Bytes are `{ "bytes": [1, 2] }` in the file, sets `{ "texts": ["a"] }`. */
const read: { items: Record<string, Item>; older: [name: string, item: Item][] } = JSON.parse(
  readFileSync(join(import.meta.dirname, 'stored-items.json'), 'utf8'),
  (_, value) => {
    if (Array.isArray(value?.texts)) return new Set(value.texts);
    return Array.isArray(value?.bytes) ? Uint8Array.from(value.bytes) : value;
  },
);

/**
 * One stored item of every kind, by table and kind. Stored items are read for years: when a shape
 * changes, add an item of the new shape and move the old one to the older items.
 */
export const STORED_ITEMS: Record<string, Item> = Object.fromEntries(
  Object.entries(read.items).map(([name, item]) => [name, storedItem(item)]),
);

/** Items of shapes that are no longer written, by table and kind. They must remain readable. */
export const OLDER_ITEMS: readonly (readonly [name: string, item: Item])[] = read.older.map(
  ([name, item]) => [name, storedItem(item)],
);
