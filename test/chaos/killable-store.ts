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
  /** Where the store keeps its files, and others may add theirs. */
  folder: string;
  /** Kills the store and restarts it on the same files. Returns false if the store is external. */
  kill(): boolean;
  close(): Promise<void>;
};

/**
 * A store with empty tables: the embedded one with its data in a file, or the endpoint in
 * PURSER_DYNAMODB_ENDPOINT, which is never killed.
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
