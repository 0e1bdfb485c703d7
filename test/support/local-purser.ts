import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_ORGANIZATION } from '../../bin/local-keys.ts';
import { stores } from '../../composition/stores.ts';
import { MAX_BACK_DATE_HOURS } from '../../domain/access/caller.ts';
import { freePort } from '../../local/store/free-port.ts';
import { createPurserClient, type PurserClient, RUN_KEY } from './purser-client.ts';

const ROOT = join(import.meta.dirname, '../..');
const START = join(ROOT, 'bin/start.ts');
/** What a test's admin key may do: send without waiting, and import old usage. */
export const WITHOUT_LIMITS = { requestsPerSecond: 100_000, backDateHours: MAX_BACK_DATE_HOURS };
/** MiB. Each function loads in a thread of its own; this saves a seventh of that work. */
const ROOM_FOR_NEW_OBJECTS = '--min-semi-space-size=4';
const READY_WITHIN_MS = 90_000;
const HOUR_MS = 3_600_000;

export type { Answer, PurserClient } from './purser-client.ts';

export type LocalPurser = Awaited<ReturnType<typeof startPurser>>;

type Options = {
  /** Reuses a folder, like a restart. By default, creates a folder and removes it at the end. */
  dataDirectory?: string;
  env?: Record<string, string>;
  /** A command that receives the application's own command line and execs it. */
  wrapper?: string[];
};

/**
 * Starts the whole application as a user would, in a separate process on a free port. Its clock
 * starts on a morning in the middle of a month, so that no test depends on the date.
 */
export async function startPurser(options: Options = {}) {
  const dataDirectory = options.dataDirectory ?? mkdtempSync(join(tmpdir(), 'purser-'));
  const clockFile = join(dataDirectory, 'clock.json');
  if (!existsSync(clockFile)) {
    writeFileSync(clockFile, JSON.stringify({ offsetMs: midMonthMorning() - Date.now() }));
  }
  const port = await freePort();
  const command = [process.execPath, ROOM_FOR_NEW_OBJECTS, START];
  const [program = '', ...args] = [...(options.wrapper ?? []), ...command];
  const child = spawn(program, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: String(port),
      PURSER_DATA_DIR: dataDirectory,
      PURSER_LOCAL_KEY: RUN_KEY,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await untilReady(child);
  const client = createPurserClient({
    url: `http://127.0.0.1:${port}`,
    dataDirectory,
    organizationId: LOCAL_ORGANIZATION,
    key: RUN_KEY,
  });
  await raiseQuota(client);

  return {
    ...client,
    pid: child.pid ?? 0,
    /** Kills it like a crash and keeps its folder. */
    kill: () => ended(child, 'SIGKILL'),
    async stop() {
      await ended(child, 'SIGTERM');
      if (options.dataDirectory === undefined) {
        rmSync(dataDirectory, { recursive: true, force: true });
      }
    },
  };
}

/** Tests send as fast as they can. Quotas have their own tests. */
async function raiseQuota({ store, organizationId, key }: PurserClient): Promise<void> {
  const admin = { keyId: 'local-admin', organizationId, role: 'admin', createdAtMs: 0 } as const;
  await stores(store()).keys.put(key, { ...admin, ...WITHOUT_LIMITS });
}

/** Nine o'clock on the second Wednesday of next month, in UTC. */
function midMonthMorning(): number {
  const now = new Date();
  const eighth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 8));
  const daysToWednesday = (3 - eighth.getUTCDay() + 7) % 7;
  return eighth.getTime() + (daysToWednesday * 24 + 9) * HOUR_MS;
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = '';
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`Purser was not ready in time:\n${output}`));
    }, READY_WITHIN_MS);
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      if (!output.includes('Purser is ready')) return;
      clearTimeout(timer);
      resolve();
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`Purser ended with ${code}:\n${output}`));
    });
  });
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}
