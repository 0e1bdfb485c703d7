import { stores } from '../../composition/stores.ts';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDynamoDb } from '../../aws/dynamodb.ts';
import { checkLedger } from '../../services/budgets/check-ledger.ts';
import { localEndpoint } from '../../aws/local-endpoint.ts';
import { requireContract, routeKeyOf } from './contract.ts';
import { freePort } from '../../local/store/free-port.ts';

const ROOT = join(import.meta.dirname, '../..');
const START = join(ROOT, 'bin/start.ts');
const KEY = 'test-admin-key-0123456789';
const READY_WITHIN_MS = 90_000;
const HOUR_MS = 3_600_000;

export type Answer<Body = Record<string, unknown>> = {
  status: number;
  headers: Headers;
  body: Body;
};

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
  const [program, ...args] = [...(options.wrapper ?? []), process.execPath, START];
  const child = spawn(program, args, {
    cwd: ROOT,
    env: {
      ...process.env,
      PORT: String(port),
      PURSER_DATA_DIR: dataDirectory,
      PURSER_LOCAL_KEY: KEY,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await untilReady(child);
  const url = `http://127.0.0.1:${port}`;

  const running = (): { dynamoDbEndpoint: string } =>
    JSON.parse(readFileSync(join(dataDirectory, 'running.json'), 'utf8')) as {
      dynamoDbEndpoint: string;
    };

  const store = () =>
    createDynamoDb({
      tablePrefix: 'purser-dev-',
      client: localEndpoint(running().dynamoDbEndpoint),
    });

  /** Tests send as fast as they can. Quotas have their own tests. */
  async function raiseQuota(): Promise<void> {
    const admin = { keyId: 'local-admin', organizationId: 'acme', role: 'admin' } as const;
    const facts = { ...admin, createdAtMs: 0, backDateHours: 2_160, requestsPerSecond: 100_000 };
    await stores(store()).keys.put(KEY, facts);
  }
  await raiseQuota();

  async function call<Body = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer<Body>> {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${KEY}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    requireContract(routeKeyOf(method, path), {
      status: response.status,
      contentType: response.headers.get('content-type'),
      text,
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (text === '' ? {} : JSON.parse(text)) as Body,
    };
  }

  return {
    url,
    key: KEY,
    dataDirectory,
    pid: child.pid ?? 0,
    call,
    get: <Body = Record<string, unknown>>(path: string) => call<Body>('GET', path),
    post: <Body = Record<string, unknown>>(
      path: string,
      body: unknown,
      headers?: Record<string, string>,
    ) => call<Body>('POST', path, body, headers),
    put: <Body = Record<string, unknown>>(path: string, body: unknown) =>
      call<Body>('PUT', path, body),
    /** Milliseconds since 1970 on its clock. */
    now: async () => Date.parse((await call<{ now: string }>('GET', '/_local/clock')).body.now),
    /** Waits until streams and queues are processed. */
    drain: () => call('POST', '/_local/drain', {}),
    /** The underlying store, for inspection. */
    store,
    /** Checks conservation from the tables. */
    checkLedger() {
      return checkLedger(stores(store()).ledger);
    },
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
