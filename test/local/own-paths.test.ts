import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json as readJson } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalRun, startLocalRun } from '../../local/local-run.ts';
import { createRawClient } from '../support/raw-request.ts';
import { synthesizeFixture } from './fixture-application.ts';
import { createCaller, LOCAL_KEY } from './local-caller.ts';

const directory = mkdtempSync(join(tmpdir(), 'local-run-'));
let run: LocalRun;
let call: ReturnType<typeof createCaller>;

beforeAll(async () => {
  run = await startLocalRun({
    assemblyDirectory: synthesizeFixture(directory),
    dataDirectory: join(directory, 'data'),
    port: 0,
    key: () => LOCAL_KEY,
    onProgress: () => undefined,
  });
  call = createCaller(run.url);
});
afterAll(async () => {
  await run?.stop();
  rmSync(directory, { recursive: true, force: true });
});

describe('its own paths', () => {
  const own = (): string => new URL(run.url).host;
  const signed = { authorization: `Bearer ${LOCAL_KEY}` };
  const open = ['GET health', 'GET inbox', 'GET clock', 'POST clock', 'POST drain'];
  const closed = [
    'DELETE inbox',
    'GET alarms',
    'GET metrics',
    'GET bedrock',
    'DELETE bedrock',
    'GET logs/fixture-items',
    'POST invoke/fixture-items',
  ];

  async function statusOf(route: string, headers: Record<string, string> = {}): Promise<number> {
    const [method = '', path = ''] = route.split(' ');
    const raw = createRawClient(run.url);
    const body = method === 'POST' ? '{"advanceMs":0}' : undefined;
    const answer = await raw.send({
      method,
      path: `/_local/${path}`,
      headers: { host: own(), ...headers },
      body,
    });
    raw.close();
    if (answer.status >= 400) {
      expect(answer.contentType).toBe('application/problem+json');
      expect(JSON.parse(answer.text)).toMatchObject({ status: answer.status });
    }
    return answer.status;
  }

  it('let scripts of this machine read the inbox and move the clock without a key', async () => {
    for (const route of open) expect([route, await statusOf(route)]).toEqual([route, 200]);
  });

  it('want the key for everything else', async () => {
    for (const route of closed) {
      expect([route, await statusOf(route)]).toEqual([route, 401]);
      const wrong = { authorization: 'Bearer another-key' };
      expect([route, await statusOf(route, wrong)]).toEqual([route, 401]);
      expect([route, await statusOf(route, signed)]).toEqual([route, 200]);
    }
  });

  it('refuse web pages, even with the key', async () => {
    const port = own().split(':')[1];
    const pages: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `https://${own()}` },
      { origin: `http://127.0.0.1:${Number(port) + 1}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { host: `evil.example:${port}` },
      { host: `127.0.0.1.evil.example:${port}` },
      { host: '127.0.0.1' },
      { host: '127.0.0.1:1' },
    ];
    for (const route of [...open, ...closed]) {
      for (const page of pages) {
        const status = await statusOf(route, { ...signed, ...page });
        expect([route, page, status]).toEqual([route, page, 403]);
      }
    }
  });

  it('serve a page of their own, and any name of this machine', async () => {
    const port = own().split(':')[1];
    const pages: Record<string, string>[] = [
      { origin: run.url, 'sec-fetch-site': 'same-origin' },
      { host: `localhost:${port}` },
      { host: `[::1]:${port}` },
    ];
    for (const headers of pages) {
      expect(await statusOf('GET inbox', headers)).toBe(200);
    }
  });

  it('answer a name that is no text with 404', async () => {
    for (const name of ['%zz', '%00', '%c0%af', '__proto__', '..', 'a%2fb']) {
      expect([name, await statusOf(`GET logs/${name}`, signed)]).toEqual([name, 404]);
      expect([name, await statusOf(`POST invoke/${name}`, signed)]).toEqual([name, 404]);
      expect([name, await statusOf(`GET ${name}`, signed)]).toEqual([name, 404]);
    }
  });
});

describe("the API's paths", () => {
  it('give a page of another origin nothing to read', async () => {
    const headers = { origin: 'https://evil.example' };
    const { headers: answered } = await call('GET', '/items/a', undefined, headers);
    expect(answered.get('access-control-allow-origin')).toBeNull();
    const asked = { ...headers, 'access-control-request-method': 'PUT' };
    const preflight = await call('OPTIONS', '/items/a', undefined, asked);
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the Bedrock stand-in', () => {
  it('is where functions find Bedrock, and takes rules at run time', async () => {
    const address = run.environment('fixture-items')['AWS_ENDPOINT_URL_BEDROCK_RUNTIME'];
    const rules = { rules: [{ steps: [{ text: 'By rule.' }] }] };
    const key = { authorization: `Bearer ${LOCAL_KEY}` };
    const stranger = { authorization: 'Bearer other' };
    expect((await call('POST', '/_local/bedrock', rules, stranger)).status).toBe(401);
    expect((await call('POST', '/_local/bedrock', rules)).status).toBe(200);
    expect((await call('POST', '/_local/bedrock', { rule: [] })).status).toBe(400);
    const answer = await fetch(`${address}/model/amazon.nova-lite-v1:0/converse`, {
      method: 'POST',
      headers: key,
      body: JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'Hello' }] }] }),
    });
    expect(await answer.json()).toMatchObject({
      output: { message: { content: [{ text: 'By rule.' }] } },
    });
    const { json } = await call('GET', '/_local/bedrock');
    expect(json.calls).toMatchObject([{ number: 1, outcome: 'answered' }]);
    expect((await call('DELETE', '/_local/bedrock')).json.calls).toEqual([]);
  });
});

describe('its server', () => {
  it('serves clients that begin with HTTP/2', async () => {
    const session = connect(run.url);
    const request = session.request({ ':method': 'POST', ':path': '/open/a', 'x-some': 'thing' });
    request.end('{}');
    const { event } = (await readJson(request)) as { event: { headers: object; rawPath: string } };
    session.close();
    expect(event.rawPath).toBe('/open/a');
    expect(event.headers).toMatchObject({ host: new URL(run.url).host, 'x-some': 'thing' });
    expect(Object.keys(event.headers).filter((name) => name.startsWith(':'))).toEqual([]);
  });
});
