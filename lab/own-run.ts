import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { MAX_BACK_DATE_HOURS } from '../domain/access/caller.ts';
import { freePort } from '../local/store/free-port.ts';
import { CommandError } from '../bin/tools/command-line.ts';

/** A local run started by a command, with its own data. */
export type OwnRun = {
  url: string;
  key: string;
  dynamoDbEndpoint: string;
  /** The process that `npm start` is. */
  pid: number;
  stop: () => Promise<void>;
};

/** The organization of its key, and the prefix of its tables. */
export const OWN_RUN_ORGANIZATION = 'acme';
export const OWN_RUN_TABLE_PREFIX = 'purser-dev-';

const note = z.object({ pid: z.int(), url: z.string(), dynamoDbEndpoint: z.string() });
const START_LIMIT_MS = 120_000;

/** A credential's quota must not limit measurements. */
const REQUESTS_PER_SECOND = 10_000;

/** Starts `npm start` on a free port in a new folder that `stop` removes. */
export async function startOwnRun(): Promise<OwnRun> {
  const dataDir = await mkdtemp(join(tmpdir(), 'purser-'));
  const key = 'own-run-admin-key-of-this-machine-only';
  const admin = {
    keyId: 'local-admin',
    key,
    role: 'admin',
    backDateHours: MAX_BACK_DATE_HOURS,
    requestsPerSecond: REQUESTS_PER_SECOND,
  };
  await writeFile(join(dataDir, 'api-keys.json'), JSON.stringify([admin]));
  const port = await freePort();
  const command = fileURLToPath(new URL('../bin/start.ts', import.meta.url));
  const child = spawn(process.execPath, [command, '--port', String(port), '--data-dir', dataDir], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // As `npm start` sets it.
    env: { ...process.env, MALLOC_ARENA_MAX: '2', PURSER_LOCAL_KEY: key },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output = (output + text).slice(-8_000)));
  }
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await closed;
    await rm(dataDir, { recursive: true, force: true });
  };
  process.once('SIGINT', () => void stop().finally(() => process.exit(130)));
  console.log(`Starting a Purser on port ${port}`);
  const startedMs = performance.now();
  while (!output.includes('Purser is ready')) {
    if (child.exitCode !== null || performance.now() - startedMs > START_LIMIT_MS) {
      await stop();
      throw new CommandError(`Purser did not start:\n${output}`);
    }
    await sleep(100);
  }
  const running = note.parse(JSON.parse(await readFile(join(dataDir, 'running.json'), 'utf8')));
  return { ...running, key, stop };
}
