import type { DynamoDb, Item } from '../../tables/dynamodb.ts';
import { TABLE_NAMES } from '../../tables/definitions.ts';
import { pagesOf } from '../../tables/query-all.ts';

/**
 * Everything that is stored, as one sorted line for each item: equal lines before and after mean that
 * nothing was written. What schedules write by themselves is left out (the snapshots of cost
 * monitoring, and how far the sweeper of reservations has come), and so are the mark of the deep health
 * check, quotas and the last uses of keys, which tell of what is refused as well.
 */
export async function tableLines(db: DynamoDb): Promise<string[]> {
  const lines: string[] = [];
  for (const table of TABLE_NAMES) {
    if (table === 'cost-monitoring' || table === 'quotas') continue;
    const scan = { table, consistent: true };
    for await (const { items } of pagesOf((startKey) => db.scan({ ...scan, startKey }))) {
      for (const item of items) {
        if (item['pk'] !== 'sweep' && item['pk'] !== 'health')
          lines.push(`${table} ${lineOf(item)}`);
      }
    }
  }
  return lines.toSorted();
}

/** Names in order at every depth: the store keeps none. */
const lineOf = (item: Item): string =>
  JSON.stringify(item, (name, value: unknown) => {
    if (name === 'lastUsedAtMs') return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
