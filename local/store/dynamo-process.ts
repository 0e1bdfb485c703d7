import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createDynamoRequest } from './dynamo-request.ts';
import { freePort } from './free-port.ts';
import { indexStreamRecords } from './index-stream-records.ts';
import { replaceFile } from './replace-file.ts';

/** The embedded DynamoDB-compatible store, as a child process. */
export type DynamoProcess = {
  endpoint: string;
  /** Stops the child. Resolves when it has exited. */
  stop(): Promise<void>;
};

const BOOT_MS = 10_000;

/**
 * Becomes the store, after it started a watcher that kills it when the pipe to the parent closes:
 * when the parent has ended in any way, even by SIGKILL.
 */
const ENDS_WITH_PARENT = '(read -r _ <&3; kill -KILL $$) 2>/dev/null & exec "$@" 3<&-';
const LONGEST_RESTART_PAUSE_MS = 5_000;

/**
 * Starts the store on a free port with its database file in `dataDirectory`, and restarts it on the
 * same port if it dies unexpectedly. First kills a child left behind by an earlier run, which would
 * hold the file. Throws an `Error` that says what to do if the binary does not exist for this
 * platform or does not start.
 */
export async function startDynamoProcess(
  dataDirectory: string,
  onProgress: (message: string) => void,
): Promise<DynamoProcess> {
  const binary = findBinary();
  const databasePath = join(dataDirectory, 'dynamodb.sqlite');
  const pidFile = join(dataDirectory, 'dynamodb.pid');
  await endOrphan(pidFile, databasePath);
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const output = openSync(join(dataDirectory, 'logs', 'dynamodb.log'), 'a');
  let stopping = false;
  let child: ChildProcess;
  let pauseMs = 50;

  const launch = (): void => {
    const store = [
      binary,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--db-path',
      databasePath,
    ];
    child = spawn('/bin/sh', ['-c', ENDS_WITH_PARENT, 'store', ...store], {
      stdio: ['ignore', output, output, 'pipe'],
      // In its own process group, so that Ctrl-C reaches only the parent, which lets current work
      // finish first.
      detached: true,
    });
    try {
      replaceFile(pidFile, String(child.pid ?? ''));
    } catch (error) {
      onProgress(`the store runs, but its process id cannot be noted: ${String(error)}`);
    }
    const startedAt = Date.now();
    child.once('error', (error) => onProgress(`the store cannot be started: ${error.message}`));
    child.once('exit', (code, signal) => {
      // Ends the watcher before its process ID can be used again.
      child.stdio[3]?.destroy();
      if (stopping) return;
      pauseMs =
        Date.now() - startedAt > 10_000 ? 50 : Math.min(pauseMs * 2, LONGEST_RESTART_PAUSE_MS);
      onProgress(`the store stopped unexpectedly (${signal ?? `code ${code}`}); restarting it`);
      setTimeout(() => {
        if (!stopping) launch();
      }, pauseMs);
    });
  };
  // However the parent exits, it must never leave the child behind.
  const killChild = (): void => void child.kill('SIGKILL');
  launch();
  process.on('exit', killChild);

  const stop = async (): Promise<void> => {
    stopping = true;
    process.off('exit', killChild);
    await endChild(child);
    rmSync(pidFile, { force: true });
  };
  try {
    await answering(endpoint);
    indexStreamRecords(databasePath);
  } catch (error) {
    await stop();
    throw error;
  }
  return { endpoint, stop };
}

function findBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`;
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    const binary = join(dirname(manifest), 'dynoxide');
    if (existsSync(binary)) return binary;
  } catch {
    // Reported below, in one message for both cases.
  }
  throw new Error(
    `The embedded DynamoDB store has no binary for this platform (${name} is not installed). ` +
      'Set PURSER_DYNAMODB_ENDPOINT to the URL of any DynamoDB-compatible store to use that one.',
  );
}

async function answering(endpoint: string): Promise<void> {
  const request = createDynamoRequest(endpoint);
  const until = Date.now() + BOOT_MS;
  for (;;) {
    try {
      await request('DynamoDB_20120810', 'ListTables', { Limit: 1 });
      return;
    } catch (error) {
      if (Date.now() > until) {
        throw new Error(
          `The embedded store did not answer within ${BOOT_MS / 1000} s; see logs/dynamodb.log in the data folder.`,
          { cause: error },
        );
      }
      await sleep(15);
    }
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  child.kill('SIGTERM');
  const forced = setTimeout(() => child.kill('SIGKILL'), 3_000);
  await gone;
  clearTimeout(forced);
}

async function endOrphan(pidFile: string, databasePath: string): Promise<void> {
  if (!existsSync(pidFile)) return;
  const pid = Number(readFileSync(pidFile, 'utf8'));
  // The process ID may have been reused. The process is ours only if our database is among its
  // arguments.
  if (Number.isInteger(pid) && pid > 1 && isOurs(pid, databasePath)) {
    process.kill(pid, 'SIGTERM');
    for (let waited = 0; isOurs(pid, databasePath); waited += 20) {
      if (waited === 2_000) process.kill(pid, 'SIGKILL');
      await sleep(20);
    }
  }
  rmSync(pidFile, { force: true });
}

function isOurs(pid: number, databasePath: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(databasePath);
  } catch {
    return false;
  }
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
