import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createTables } from '../../aws/create-tables.ts';
import { freePort } from '../../local/store/free-port.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { ConsumedCapacity, DynamoDb } from '../../tables/dynamodb.ts';

const BINARY = new URL('../../node_modules/@dynoxide/linux-x64/dynoxide', import.meta.url).pathname;

export type EmbeddedStore = {
  db: DynamoDb;
  endpoint: string;
  tablePrefix: string;
  /** Capacity consumed since the last call of this function. */
  takeConsumed(): ConsumedCapacity;
  close(): Promise<void>;
};

/** What reads the stream of a table of this store. */
export const changesOptions = ({ endpoint, tablePrefix }: EmbeddedStore) => ({
  tablePrefix,
  client: localEndpoint(endpoint),
});

let prefixes = 0;

/**
 * A real DynamoDB-compatible store with all tables, empty: the embedded one, or the endpoint in
 * PURSER_DYNAMODB_ENDPOINT.
 */
export async function startEmbeddedStore(): Promise<EmbeddedStore> {
  const named = process.env['PURSER_DYNAMODB_ENDPOINT'];
  const started = named ? undefined : await startBinary();
  const endpoint = named ?? started?.endpoint ?? '';
  const tablePrefix = `test-${process.pid}-${Date.now()}-${(prefixes += 1)}-`;
  const client = localEndpoint(endpoint);
  const admin = new DynamoDBClient(client);
  await createTables(admin, tablePrefix, Object.values(TABLE_DEFINITIONS));
  admin.destroy();
  let consumed: ConsumedCapacity = { readUnits: 0, writeUnits: 0 };
  const db = createDynamoDb({
    tablePrefix,
    client,
    onCapacity: ({ readUnits, writeUnits }) => {
      consumed = {
        readUnits: consumed.readUnits + readUnits,
        writeUnits: consumed.writeUnits + writeUnits,
      };
    },
  });
  return {
    db,
    endpoint,
    tablePrefix,
    takeConsumed() {
      const capacity = consumed;
      consumed = { readUnits: 0, writeUnits: 0 };
      return capacity;
    },
    close: async () => started?.close(),
  };
}

/** Stops the store together with this process. Even a killed process closes the pipe. */
const WITH_PARENT = '"$0" --port "$1" <&- & store=$!; read -r _; kill $store; wait $store';

/** The embedded store on a free port, without tables. */
export async function startBinary(): Promise<{ endpoint: string; close(): Promise<void> }> {
  if (!existsSync(BINARY)) {
    throw new Error(
      'the embedded store has no binary for this platform: set PURSER_DYNAMODB_ENDPOINT to any DynamoDB endpoint',
    );
  }
  const port = await freePort();
  const child = spawn('sh', ['-c', WITH_PARENT, BINARY, String(port)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilListening(endpoint, child);
  return {
    endpoint,
    close: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.stdin?.end();
      }),
  };
}

async function untilListening(endpoint: string, child: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (child.exitCode !== null) throw new Error(`the embedded store ended: ${child.exitCode}`);
    try {
      await fetch(endpoint);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error('the embedded store did not start in five seconds');
}
