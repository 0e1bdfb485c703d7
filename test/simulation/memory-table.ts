import type { TableDefinition } from '../../tables/definition.ts';
import type { Item, Key } from '../../tables/dynamodb.ts';
import { ExpressionError } from './expressions.ts';
import { compareTexts } from './stored-values.ts';

export type Table = ReturnType<typeof tableOf>;
export type Tables = ReturnType<typeof tablesOf>;

/** Empty tables by name; `tables(name)` throws if there is no such table. */
export function tablesOf(definitions: readonly TableDefinition[]) {
  const tables = new Map(definitions.map((definition) => [definition.name, tableOf(definition)]));
  return (name: string): Table => {
    const table = tables.get(name);
    if (!table) throw new ExpressionError(`there is no table ${name}`);
    return table;
  };
}

function tableOf({ name, partitionKey, sortKey, indexes = [] }: TableDefinition) {
  const keys = [{ partitionKey, sortKey }, ...indexes].flatMap((key) => [
    key.partitionKey,
    key.sortKey,
  ]);
  if (keys.some((key) => key?.type === 'N')) throw new ExpressionError('keys are texts');
  const keyNames = [partitionKey.name, ...(sortKey ? [sortKey.name] : [])];
  const keyValue = (key: Item, part: string): string => {
    const value = key[part];
    if (typeof value === 'string' && value !== '') return value;
    throw new ExpressionError(`key ${part} of ${name} is not a text`);
  };
  const keyText = (key: Item): string => keyNames.map((part) => keyValue(key, part)).join('\n');
  const compare = (a: Item, b: Item, sortKeys: string[]): number => {
    for (const part of [...sortKeys, ...keyNames]) {
      const order = compareTexts(String(a[part]), String(b[part]));
      if (order !== 0) return order;
    }
    return 0;
  };
  return {
    keyNames,
    items: new Map<string, Item>(),
    keyText,
    compare,
    indexKeys(indexName: string): string[] {
      const index = indexes.find((each) => each.name === indexName);
      if (!index) throw new ExpressionError(`there is no index ${indexName} of ${name}`);
      return [index.partitionKey.name, ...(index.sortKey ? [index.sortKey.name] : [])];
    },
  };
}

/** The first `limit` items, and the key to continue from if there may be more. */
export function firstPage(
  { keyNames }: Table,
  items: Item[],
  { limit, sortKeys }: { limit: number; sortKeys: string[] },
): { looked: Item[]; nextKey?: Key | undefined } {
  const looked = items.slice(0, limit);
  const last = looked.at(-1);
  if (!last || items.length < limit) return { looked };
  const names = [...new Set([...keyNames, ...sortKeys])];
  return { looked, nextKey: Object.fromEntries(names.map((name) => [name, last[name]])) as Key };
}
