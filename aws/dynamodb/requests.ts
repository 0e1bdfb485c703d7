import { ownValue } from '../../domain/own-value.ts';
import type { Bindings, Item, Key, TransactionWrite } from '../../tables/dynamodb.ts';
import { storedItem, type StoredItem } from './attributes.ts';

type KeysOfTable = { Keys: StoredItem[]; ConsistentRead: boolean | undefined };

/** The keys of a batch by their tables, each key once. */
export function requestItems(
  keys: { table: string; key: Key }[],
  named: (table: string) => string,
  consistent: boolean | undefined,
): Record<string, KeysOfTable> {
  const items = new Map<string, KeysOfTable>();
  const seen = new Set<string>();
  for (const { table, key } of keys) {
    const text = keyText(named(table), key, Object.keys(key));
    if (seen.has(text)) continue;
    seen.add(text);
    const request = items.get(named(table)) ?? { Keys: [], ConsistentRead: consistent };
    request.Keys.push(storedItem(key));
    items.set(named(table), request);
  }
  return Object.fromEntries(items);
}

export function keyText(table: string, item: Item, keyNames: string[]): string {
  return JSON.stringify([
    table,
    ...keyNames.toSorted().map((name) => String(ownValue(item, name))),
  ]);
}

export const bindings = ({ names, values }: Bindings) => ({
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values && storedItem(values),
});

/** A write alone, and as a part of a transaction. */
export const OPERATIONS = { put: 'PutItem', update: 'UpdateItem', delete: 'DeleteItem' } as const;
export const PARTS = {
  put: 'Put',
  update: 'Update',
  delete: 'Delete',
  check: 'ConditionCheck',
} as const;

export const writeInput = (write: TransactionWrite, named: (table: string) => string) => ({
  TableName: named(write.table),
  Item: write.kind === 'put' ? storedItem(write.item) : undefined,
  Key: write.kind === 'put' ? undefined : storedItem(write.key),
  UpdateExpression: write.kind === 'update' ? write.update : undefined,
  ConditionExpression: write.condition,
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
  ...bindings(write),
});
