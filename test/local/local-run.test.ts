import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLocalRun } from '../../local/local-run.ts';
import type { LocalRun } from '../../local/local-run.ts';
import { synthesizeFixture } from './fixture-application.ts';

const directory = mkdtempSync(join(tmpdir(), 'local-run-'));
const progress: string[] = [];
let run: LocalRun;

beforeAll(async () => {
  run = await startLocalRun({
    assemblyDirectory: synthesizeFixture(directory),
    dataDirectory: join(directory, 'data'),
    port: 0,
    onProgress: (message) => progress.push(message),
  });
});

afterAll(async () => {
  await run?.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: any; headers: Headers }> {
  const response = await fetch(run.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    json: text === '' ? undefined : JSON.parse(text),
    headers: response.headers,
  };
}

describe('a fixture application on the local run', () => {
  it('serves routes and stores items', async () => {
    console.log(progress);
    expect((await call('PUT', '/items/a', { size: 1 })).status).toBe(201);
    expect((await call('GET', '/items/a')).json).toEqual({ id: 'a', body: '{"size":1}' });
    expect((await call('GET', '/items/none')).status).toBe(404);
  });
});
