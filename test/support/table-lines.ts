import type { DynamoDb, Item } from '../../tables/dynamodb.ts';
import { TABLE_NAMES } from '../../tables/definitions.ts';
import { pagesOf } from '../../tables/query-all.ts';

const UNATTENDED = new Set(['cost-monitoring', 'quotas', 'endpoint-health']);

/**
 * Everything stored, as one sorted line per item, so equal lines before and after mean that nothing
 * was written. Leaves out what schedules write on their own (cost monitoring snapshots, the sweeper's
 * progress, and what the dispatcher of jobs has to look at), what workers note of endpoints after a job
 * of an earlier test, and the deep health check's mark, quotas and last uses of keys, which refused
 * calls also update.
 */
export async function tableLines(db: DynamoDb): Promise<string[]> {
  const lines: string[] = [];
  for (const table of TABLE_NAMES) {
    if (UNATTENDED.has(table)) continue;
    const scan = { table, consistent: true };
    for await (const { items } of pagesOf((startKey) => db.scan({ ...scan, startKey }))) {
      for (const item of items) {
        if (!isExpected(table, item)) lines.push(`${table} ${lineOf(item)}`);
      }
    }
  }
  return lines.toSorted();
}

/** Whether the product writes or deletes an item on its own: controls that ended expire soon. */
const isExpected = (table: string, item: Item): boolean =>
  item['pk'] === 'sweep' ||
  item['pk'] === 'health' ||
  item['organizationId'] === '#work' ||
  (table === 'auto-control-config' && item['expiresAtS'] !== undefined);

/** Sorts names at every depth, because the store does not keep their order. */
const lineOf = (item: Item): string =>
  JSON.stringify(item, (name, value: unknown) => {
    if (name === 'lastUsedAtMs') return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
