import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import { createTables } from '../../aws/create-tables.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { startDynamoProcess } from '../../local/store/dynamo-process.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';

const ITEMS = join(import.meta.dirname, '../e2e/old-data/items.jsonl');
const PREFIX = 'purser-dev-';
const MOST_PER_BATCH = 25;
/** The items were stored a few seconds earlier. */
const STORED_AT_MS = Date.parse('2027-01-13T09:02:45Z');

type Stored = { table: string; item: Record<string, AttributeValue> };

/**
 * Creates a data folder as an earlier version left it. Its clock goes on from the time of the items.
 * @returns the folder
 */
export async function createOldDataFolder(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'purser-old-'));
  mkdirSync(join(folder, 'logs'));
  const store = await startDynamoProcess(folder, () => undefined);
  try {
    const client = new DynamoDBClient(localEndpoint(store.endpoint));
    await createTables(client, PREFIX, Object.values(TABLE_DEFINITIONS));
    const items = storedItems();
    for (let from = 0; from < items.length; from += MOST_PER_BATCH) {
      const batch = items.slice(from, from + MOST_PER_BATCH);
      const requests = Map.groupBy(batch, ({ table }) => PREFIX + table);
      const RequestItems = Object.fromEntries(
        [...requests].map(([name, group]) => [
          name,
          group.map(({ item: Item }) => ({ PutRequest: { Item } })),
        ]),
      );
      await client.send(new BatchWriteItemCommand({ RequestItems }));
    }
    client.destroy();
  } finally {
    await store.stop();
  }
  writeFileSync(
    join(folder, 'clock.json'),
    JSON.stringify({ offsetMs: STORED_AT_MS - Date.now() }),
  );
  return folder;
}

/** One item per line, as DynamoDB writes it in JSON: binary values in base64. */
const storedItems = (): Stored[] =>
  readFileSync(ITEMS, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line, binary) as Stored);

const binary = (name: string, value: unknown): unknown =>
  name === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value;
