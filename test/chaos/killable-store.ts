import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLocalTables } from '../../aws/local-tables.ts';
import { startDynamoProcess } from '../../local/store/dynamo-process.ts';
import { TABLE_DEFINITIONS } from '../../tables/definitions.ts';
import type { DynamoDb } from '../../tables/dynamodb.ts';

export type KillableStore = {
  db: DynamoDb;
  endpoint: string;
  tablePrefix: string;
  /** Where the store keeps its files, and where others may put theirs. */
  folder: string;
  /** Ends the store at once; it is started again on the same files. False if it is not ours. */
  kill(): boolean;
  close(): Promise<void>;
};

/**
 * A store with every table of the application, empty: the embedded one with its data in a file, or
 * the endpoint that PURSER_DYNAMODB_ENDPOINT names, which is not killed.
 */
export async function startKillableStore(): Promise<KillableStore> {
  const folder = mkdtempSync(join(tmpdir(), 'purser-chaos-'));
  mkdirSync(join(folder, 'logs'));
  const named = process.env['PURSER_DYNAMODB_ENDPOINT'];
  const own = named ? undefined : await startDynamoProcess(folder, () => undefined);
  const endpoint = named ?? own?.endpoint ?? '';
  const tablePrefix = `chaos-${process.pid}-${Date.now()}-`;
  return {
    db: await createLocalTables(endpoint, tablePrefix, Object.values(TABLE_DEFINITIONS)),
    endpoint,
    tablePrefix,
    folder,
    kill() {
      if (!own) return false;
      process.kill(Number(readFileSync(join(folder, 'dynamodb.pid'), 'utf8')), 'SIGKILL');
      return true;
    },
    async close() {
      await own?.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
