import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createDynamoRequest } from '../../local/store/dynamo-request.ts';
import { synthesizeFixture } from './fixture-application.ts';
import { createCaller } from './local-caller.ts';

interface Started {
  readonly child: ChildProcess;
  readonly url: string;
  readonly dynamoDbEndpoint: string;
  readonly tableNames: readonly string[];
}

const directory = mkdtempSync(join(tmpdir(), 'local-restart-'));
const dataDirectory = join(directory, 'data');
const storePidFile = join(dataDirectory, 'dynamodb.pid');
const script = fileURLToPath(new URL('./fixture-process.ts', import.meta.url));
const children: ChildProcess[] = [];
let assembly: string;

beforeAll(() => {
  assembly = synthesizeFixture(directory);
});

afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  if (existsSync(storePidFile)) endStore();
  rmSync(directory, { recursive: true, force: true });
});

it('loses no acknowledged write, stream record or message when it is killed', async () => {
  const first = await start();
  const call = createCaller(first.url);
  await call('POST', '/_local/clock', { advanceMs: 3_600_000 });
  await call('POST', '/_local/invoke/fixture-publish', { note: 'kept' });
  const acknowledged: string[] = [];
  const clients = Array.from({ length: 4 }, async (_, client) => {
    for (let i = 0; ; i += 1) {
      const id = `k${client}-${i}`;
      const { status } = await call('PUT', `/items/${id}`, {});
      if (status === 201) acknowledged.push(id);
    }
  });
  const ended = Promise.allSettled(clients);
  while (acknowledged.length < 300) await new Promise((resolve) => setTimeout(resolve, 5));
  first.child.kill('SIGKILL');
  await ended;
  const firstStore = Number(readFileSync(storePidFile, 'utf8'));
  await expect.poll(() => isAlive(firstStore), { timeout: 5_000 }).toBe(false);

  const second = await start();
  const again = createCaller(second.url);
  expect((await again('POST', '/_local/drain')).json).toEqual({ drained: true });
  const items = await allIds(second, 'fixture-items');
  const copies = await allIds(second, second.tableNames.find((n) => n.includes('Copies')) ?? '');
  expect(acknowledged.filter((id) => !items.has(id))).toEqual([]);
  expect([...items].filter((id) => !copies.has(id))).toEqual([]);
  const { items: inbox } = (await again('GET', '/_local/inbox')).json;
  expect(JSON.stringify(inbox)).toContain('kept');
  expect((await again('GET', '/_local/clock')).json.offsetMs).toBe(3_600_000);

  const store = Number(readFileSync(storePidFile, 'utf8'));
  process.kill(store, 'SIGKILL');
  await expect
    .poll(() => again('GET', '/items/k0-0').then((r) => r.status), { timeout: 20_000 })
    .toBe(200);

  const exit = new Promise((resolve) => second.child.once('exit', resolve));
  second.child.kill('SIGTERM');
  expect(await exit).toBe(0);
  expect(existsSync(storePidFile)).toBe(false);
  expect(existsSync(join(dataDirectory, 'run.pid'))).toBe(false);
});

async function start(): Promise<Started> {
  const child = spawn(process.execPath, [script, assembly, dataDirectory], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  children.push(child);
  const line = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text);
    });
    child.once('exit', (code) => reject(new Error(`The run ended with code ${code}.`)));
  });
  return { child, ...(JSON.parse(line) as Omit<Started, 'child'>) };
}

async function allIds(started: Started, table: string): Promise<Set<string>> {
  const store = createDynamoRequest(started.dynamoDbEndpoint);
  const ids = new Set<string>();
  let from: object | undefined;
  do {
    const page = await store<{ Items: { id: { S: string } }[]; LastEvaluatedKey?: object }>(
      'DynamoDB_20120810',
      'Scan',
      { TableName: table, ...(from && { ExclusiveStartKey: from }) },
    );
    for (const { id } of page.Items) ids.add(id.S);
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
  return ids;
}

function isAlive(pid: number): boolean {
  try {
    // A zombie child has exited too.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}

function endStore(): void {
  const pid = Number(readFileSync(storePidFile, 'utf8'));
  const ours = existsSync(`/proc/${pid}/cmdline`);
  if (ours && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(dataDirectory)) {
    process.kill(pid, 'SIGKILL');
  }
}
